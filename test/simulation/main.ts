/**
 * `npm run histories`: plays seeded histories of top-ups, with processes that die between any two calls, until all prove the
 * books or one fails. A failing history is shortened, and printed with the command that replays it.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import type { ProviderName } from '../../src/payments/providers/provider.ts'
import { startStack } from '../../stack/stack.ts'
import { type Lanes, openLanes } from './lanes.ts'
import type { Played } from './player.ts'
import { shrink } from './shrink.ts'
import { type History, inWords, makeHistory } from './steps.ts'

const HELP = `npm run histories -- [--seed 1] [--runs 1000] [--keep 3,7,9] [--no-shrink] [--provider sandbox]

  --seed        the seed of the first history; the next ones follow
  --runs        how many histories, 1000 by default
  --keep        plays only these steps of the one history, as they are numbered in a failure
  --provider    sandbox, or stripe: its double, by the real client
  --no-shrink   prints a failing history as it is, not as short as it gets

Exit code: 0 nothing found, 1 a history failed or not all were played, 2 wrong usage.
`

/** Uses the test server if there is one; otherwise starts one. */
const { TOLLGATE_TEST_POSTGRES_URL: GIVEN_SERVER } = process.env

/** A lane waits for Postgres half of the time. */
const LANES = 2 * availableParallelism()
const SHRINK_MS = 120_000
const PROGRESS_MS = 10_000
const PROVIDERS: readonly ProviderName[] = ['sandbox', 'stripe']
/** Most failures are of one kind: the first few are enough. */
const MAX_FAILURES = 3

interface Wanted {
  readonly seed: number
  readonly runs: number
  /** From 1; null: all. */
  readonly keep: readonly number[] | null
  readonly isShrunk: boolean
  readonly provider: ProviderName
}

const wanted = readArguments()
/** Plays running histories to their end, then prints the summary. */
const stopping = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
const startedAt = performance.now()
const stack = GIVEN_SERVER === undefined ? await startStack({ only: ['postgres'], log: say }) : null
let failed = true
try {
  const lanes = await openLanes(
    GIVEN_SERVER ?? stack!.postgresUrl,
    wanted.isShrunk ? LANES : Math.min(LANES, wanted.runs),
    wanted.provider,
  )
  try {
    failed = !(await run(lanes, wanted))
  } finally {
    await lanes.close()
  }
} finally {
  await stack?.stop()
}
process.exitCode = failed ? 1 : 0

/** Whether all were played, and none failed. */
async function run(lanes: Lanes, { seed, runs, keep, isShrunk }: Wanted): Promise<boolean> {
  const totals: Record<string, number> = {}
  const failures: { readonly history: History; readonly played: Played }[] = []
  let next = seed
  let done = 0
  const progress = setInterval(() => say(`${seconds()} s: ${done} of ${runs} histories`), PROGRESS_MS)
  const playOn = async () => {
    while (next < seed + runs && failures.length < MAX_FAILURES && !stopping.signal.aborted) {
      const history = kept(makeHistory(next++), keep)
      const played = await lanes.play(history)
      done++
      for (const [name, count] of Object.entries(played.tally)) totals[name] = (totals[name] ?? 0) + count
      if (played.finding === null) continue
      failures.push({ history, played })
      say(`seed ${history.seed}: ${played.finding.name}: ${played.finding.detail}`)
    }
  }
  await Promise.all(Array.from({ length: lanes.count }, playOn))
  clearInterval(progress)
  for (const { history, played } of failures) await explain(lanes, history, played, { keep, isShrunk })
  for (const [name, count] of Object.entries(totals).toSorted()) console.log(`${count.toString().padStart(8)}  ${name}`)
  const early = done < runs ? `, ${runs - done} not played` : ''
  console.log(`${done} histories, ${failures.length} failed${early} (${seconds()} s)`)
  return failures.length === 0 && done === runs
}

/** Prints a failing history, as short as possible, in words. */
async function explain(
  lanes: Lanes,
  history: History,
  { finding }: Played,
  { keep, isShrunk }: Pick<Wanted, 'keep' | 'isShrunk'>,
): Promise<void> {
  if (finding === null) return
  const numbers = history.steps.map((_, i) => keep?.[i] ?? i + 1)
  const isFailing = async (steps: readonly number[]) => {
    const played = await lanes.play({ ...history, steps: steps.map((i) => history.steps[i]!) })
    return played.finding?.name === finding.name
  }
  const all = history.steps.map((_, i) => i)
  const shortened = isShrunk ? await shrink(all, isFailing, { withinMs: SHRINK_MS, atATime: lanes.count }) : all
  console.log(`seed ${history.seed} failed: ${finding.name}: ${finding.detail}`)
  console.log(`begins at ${new Date(history.beginsAtMs).toISOString()}`)
  for (const i of shortened) console.log(`  ${numbers[i]}. ${inWords(history.steps[i]!)}`)
  console.log('  then faults end, and time passes')
  const again = `npm run histories -- --seed ${history.seed} --runs 1${wanted.provider === 'sandbox' ? '' : ` --provider ${wanted.provider}`}`
  console.log(again)
  if (!isShrunk) return
  console.log(`${again} --keep ${shortened.map((i) => numbers[i]).join(',')}\n`)
}

function kept(history: History, keep: readonly number[] | null): History {
  return keep === null ? history : { ...history, steps: keep.map((number) => history.steps[number - 1]!) }
}

function readArguments(): Wanted {
  const usage = (wrong: string): never => {
    process.stderr.write(`histories: ${wrong}\n\n${HELP}`)
    process.exit(2)
  }
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        runs: { type: 'string', default: '1000' },
        keep: { type: 'string' },
        'no-shrink': { type: 'boolean', default: false },
        provider: { type: 'string', default: 'sandbox' },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      process.stdout.write(HELP)
      process.exit(0)
    }
    const [seed, runs] = [Number(values.seed), Number(values.runs)]
    if (!Number.isInteger(seed) || seed < 0) usage(`--seed ${values.seed} is no seed`)
    if (!Number.isInteger(runs) || runs < 1) usage(`--runs ${values.runs} is no number of histories`)
    const isShrunk = !values['no-shrink']
    const provider = PROVIDERS.find((name) => name === values.provider)
    if (provider === undefined) return usage(`--provider ${values.provider} is none of ${PROVIDERS.join(', ')}`)
    if (values.keep === undefined) return { seed, runs, keep: null, isShrunk, provider }
    const keep = values.keep.split(',').map(Number)
    if (runs !== 1) usage('--keep is for one history: --runs 1')
    const { length } = makeHistory(seed).steps
    const isStep = (number: number) => Number.isInteger(number) && number >= 1 && number <= length
    if (!keep.every(isStep)) usage(`--keep ${values.keep} names steps that history ${seed} does not have`)
    return { seed, runs, keep, isShrunk, provider }
  } catch (error) {
    return usage((error as Error).message)
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`)
}

function seconds(): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1)
}
