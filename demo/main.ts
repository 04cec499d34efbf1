/**
 * `npm run demo`: the whole product on the real components, with realistic traffic and a live view.
 *
 *   stack -> catalog, accounts, credit, test cards -> `tollgate serve` -> traffic -> view -> the books are checked
 *
 * It runs until Ctrl-C, or for as long as `--for 30s` says. Then it lets the rater finish, and compares what it produced with
 * the database, and what the sandbox payment provider took with what was credited. It exits with 1 if they differ. Before
 * there is traffic, a first download included, Ctrl-C ends it at once; so does a second Ctrl-C.
 */
import { parseArgs } from 'node:util'
import { PERMISSIONS } from '../src/api/access/permissions.ts'
import { createApiKey } from '../src/ledger/access/api-keys.ts'
import { type Serve, startServe } from '../stack/serve.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { type Installation, openInstallation } from '../testkit/installation.ts'
import { BILLING_PAGE, billingPageLinks } from './billing-page.ts'
import { checkBooks } from './books.ts'
import { countMails } from './mails.ts'
import { produceTraffic } from './produce.ts'
import { writeShellEnvironment } from './shell-environment.ts'
import { DEMO_CREDIT, openTopUps, type TopUps } from './top-ups.ts'
import { verifyInstallation } from './verified.ts'
import { createView } from './view.ts'
import { watch } from './watch.ts'

const DUPLICATES = 'tollgate_events_total{outcome="duplicate"}'

/** As shells count an end by SIGINT. */
const EXIT_BY_SIGNAL = 130

const HELP = `npm run demo -- [--for 30s] [--rate 400] [--seed 1]

  --for    how long to make traffic: 30s, 5m; without it, until Ctrl-C
  --rate   events a second, 400 by default
  --seed   the same seed makes the same traffic
`

const options = readOptions()
const limitMs = options.for === undefined ? null : durationMs(options.for)
const eventsPerSecond = Number(options.rate)
const seed = Number(options.seed)
if (options.help || Number.isNaN(limitMs ?? 0) || !(eventsPerSecond > 0) || !Number.isInteger(seed)) {
  process.stderr.write(HELP)
  process.exit(options.help ? 0 : 2)
}

/** Ends the traffic. Nothing else waits for it. */
const stop = new AbortController()
let hasTraffic = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // What we started ends with us: stack/supervision.ts, stack/serve.ts and stack/downloads.ts see to it.
    if (!hasTraffic || stop.signal.aborted) process.exit(EXIT_BY_SIGNAL)
    stop.abort()
  })
}

const startedAt = Date.now()
let stack: Stack | undefined
let failed = true
try {
  stack = await startStack({ log: say })
  say(`the stack is ready after ${secondsSince(startedAt)} s`)
  failed = !(await run(stack))
} catch (error) {
  console.error(`the demo failed: ${(error as Error).message}`)
} finally {
  await stack?.stop()
}
process.exit(failed ? 1 : 0)

/** Runs the demo and returns whether the books agree. */
async function run(stack: Stack): Promise<boolean> {
  const installation = await openInstallation({ ...stack.environment(), ...BILLING_PAGE }, undefined, DEMO_CREDIT)
  let rater: Serve | undefined
  let topUps: TopUps | undefined
  using forShells = new DisposableStack()
  try {
    topUps = await openTopUps(installation)
    rater = await startServe(installation.environment)
    const shell = forShells.use(writeShellEnvironment({ ...installation.environment, TOLLGATE_API_URL: rater.apiUrl }))
    const about = [...(await openApi(installation, rater)), `npx tollgate, elsewhere: . ${shell.file}`]
    return await runTraffic(installation, rater, topUps, about)
  } finally {
    await rater?.stop()
    await topUps?.close()
    await installation.close()
  }
}

/** Lines about the API: its URL, a key with all permissions that ends with the demo, and links to billing pages. */
async function openApi(installation: Installation, { apiUrl }: Serve): Promise<string[]> {
  const wanted = { name: 'demo', scopes: [...PERMISSIONS], accountIds: null, actor: 'demo' }
  const { token } = await createApiKey(installation.pool, wanted)
  return [`the API: ${apiUrl}/docs`, `its key: ${token}`, ...(await billingPageLinks(installation, apiUrl))]
}

async function runTraffic(
  installation: Installation,
  rater: Serve,
  topUps: TopUps,
  about: readonly string[],
): Promise<boolean> {
  const view = createView({ out: process.stdout, isTerminal: process.stdout.isTTY === true, about })
  process.once('exit', view.close)
  hasTraffic = true
  const watching = await watch(installation, rater, topUps, view, startedAt)
  try {
    const limit = limitMs === null ? [] : [AbortSignal.timeout(limitMs)]
    const until = AbortSignal.any([stop.signal, rater.ended, ...limit])
    const produced = await produceTraffic(installation, {
      seed,
      eventsPerSecond,
      until,
      onProgress: watching.onProduced,
    })
    if (rater.ended.aborted) throw new Error(`the rater ended unexpectedly: see its log, ${rater.logFile}`)
    const drained = await watching.untilDrained(produced.items).then(
      () => true,
      (error: Error) => {
        console.error(`${error.message}; the rater's log is ${rater.logFile}`)
        return false
      },
    )
    const books = await checkBooks(installation.pool, produced, (await rater.figures()).get(DUPLICATES) ?? 0)
    const payments = await topUps.check()
    await watching.stop()
    view.close()
    const faults = await verifyInstallation(installation)
    const agree = books.agree && payments.agree && faults.length === 0
    console.log(await countMails(installation.pool))
    report(
      [...books.lines, ...payments.lines, ...(faults.length === 0 ? ['ok   tollgate verify finds no fault'] : faults)],
      agree,
    )
    return drained && agree
  } finally {
    await watching.stop()
    view.close()
  }
}

function report(lines: readonly string[], agree: boolean): void {
  for (const line of lines) console.log(line)
  console.log(agree ? 'the books agree' : 'THE BOOKS DO NOT AGREE')
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        for: { type: 'string' },
        rate: { type: 'string', default: '400' },
        seed: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
      },
    }).values
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${HELP}`)
    process.exit(2)
  }
}

function durationMs(text: string): number {
  const match = /^(\d+)(ms|s|m|h)?$/.exec(text)
  if (match === null) return Number.NaN
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] ?? 's']!
  return Number(match[1]) * unit
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function secondsSince(instant: number): string {
  return ((Date.now() - instant) / 1000).toFixed(1)
}
