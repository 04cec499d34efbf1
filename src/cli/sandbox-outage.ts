/** `tollgate sandbox outage`: orders, lists and cancels faults of the sandbox payment provider. */
import { CALLS, type CallName, type FaultKind, type OrderedFault } from '../payments/providers/sandbox/faults.ts'
import { type Columns, createListing } from './columns.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { readCount } from './count.ts'
import { withSandboxDesk } from './sandbox-desk.ts'

export interface OutageOptions {
  readonly delay?: string
  readonly times?: string
  readonly call?: string
  readonly json?: boolean
}

const DEFAULT_DELAY_MS = 5000
const MAX_DELAY_MS = 600_000
const MAX_TIMES = 1_000_000

const FAULT_OF_WORD: ReadonlyMap<string, FaultKind> = new Map([
  ['on', 'down'],
  ['slow', 'slow'],
  ['timeout-before', 'timeout_before'],
  ['timeout-after', 'timeout_after'],
  ['twice', 'twice'],
])

const COLUMNS: Columns<OrderedFault> = [
  ['sandbox fault', ({ fault }) => fault],
  ['call', ({ call }) => call ?? 'any'],
  ['times left', ({ timesLeft }) => (timesLeft === null ? 'until off' : String(timesLeft))],
  ['delay ms', ({ delayMs }) => (delayMs === null ? '-' : String(delayMs))],
]

export async function orderOutage(what: string | undefined, options: OutageOptions): Promise<void> {
  const order = what === undefined || what === 'off' ? null : readOrder(what, options)
  await withSandboxDesk(async (desk) => {
    if (what === 'off') await desk.endFaults()
    if (order !== null) await desk.orderFault(order)
    const faults = await desk.listFaults()
    await writeOutput(options.json ? faults.map(jsonLine).join('') : createListing(COLUMNS)(faults))
    if (faults.length === 0) process.stderr.write('no faults are in force\n')
  })
}

function readOrder(word: string, { delay, times, call }: OutageOptions): OrderedFault {
  const fault = FAULT_OF_WORD.get(word)
  if (fault === undefined) {
    throw new CommandFailed(`${word} is not one of on, off, ${[...FAULT_OF_WORD.keys()].slice(1).join(', ')}`, 2)
  }
  if (call !== undefined && !(CALLS as readonly string[]).includes(call)) {
    throw new CommandFailed(`--call ${call} is not one of ${CALLS.join(', ')}`, 2)
  }
  if (delay !== undefined && fault !== 'slow') throw new CommandFailed('--delay is only for slow', 2)
  const isTimeout = fault === 'timeout_before' || fault === 'timeout_after'
  return {
    fault,
    call: (call as CallName | undefined) ?? (isTimeout ? 'confirm' : null),
    timesLeft: times === undefined ? null : readCount('--times', times, MAX_TIMES),
    delayMs:
      fault !== 'slow' ? null : delay === undefined ? DEFAULT_DELAY_MS : readCount('--delay', delay, MAX_DELAY_MS),
  }
}

function jsonLine({ fault, call, timesLeft, delayMs }: OrderedFault): string {
  return `${JSON.stringify({ provider: 'sandbox', fault, call, times_left: timesLeft, delay_ms: delayMs })}\n`
}
