import { pino } from 'pino'
import { expect, it } from 'vitest'
import { type HousekeepingJob, startHousekeeping } from '../../src/ledger/housekeeping.ts'
import { createMetrics } from '../../src/platform/metrics.ts'

/** Housekeeping whose waiting is ended by hand. */
function startByHand(jobs: readonly HousekeepingJob[]) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const metrics = createMetrics()
  const waits: number[] = []
  let endWait = () => {}
  let isWaiting = Promise.withResolvers<void>()
  const wait = (millis: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      waits.push(millis)
      endWait = resolve
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
      isWaiting.resolve()
    })
  const housekeeping = startHousekeeping({ jobs, log, metrics, everyMillis: 60_000, wait })
  return {
    ...housekeeping,
    lines,
    waits,
    roundIsOver: () => isWaiting.promise,
    async nextRound() {
      isWaiting = Promise.withResolvers()
      endWait()
      await isWaiting.promise
    },
    async failures() {
      const { values } = await metrics.retriesTotal.get()
      return values.find(({ labels }) => labels.stage === 'housekeeping')?.value ?? 0
    },
  }
}

it('runs each job at the start and again after every wait, in their order', async () => {
  const runs: string[] = []
  const jobs = ['a', 'b'].map((name) => ({ name, run: async () => void runs.push(name) }))
  const housekeeping = startByHand(jobs)
  await housekeeping.roundIsOver()
  expect(runs).toEqual(['a', 'b'])
  await housekeeping.nextRound()
  expect(runs).toEqual(['a', 'b', 'a', 'b'])
  expect(housekeeping.waits).toEqual([60_000, 60_000])
  await housekeeping.stop()
})

it('never runs two jobs at once', async () => {
  let running = 0
  const seen: number[] = []
  const run = async () => {
    seen.push(++running)
    await new Promise(setImmediate)
    running--
  }
  const housekeeping = startByHand(['a', 'b', 'c'].map((name) => ({ name, run })))
  await housekeeping.roundIsOver()
  await housekeeping.nextRound()
  await housekeeping.stop()
  expect(seen).toEqual([1, 1, 1, 1, 1, 1])
})

it.each([
  ['rejects', () => Promise.reject(new Error('no luck'))],
  [
    'throws',
    () => {
      throw new Error('no luck')
    },
  ],
])('a job that %s is logged and counted, stops no other, and runs again', async (_how, fail) => {
  const runs: string[] = []
  const failing = {
    name: 'failing',
    run: () => {
      runs.push('failing')
      return fail()
    },
  }
  const housekeeping = startByHand([failing, { name: 'other', run: async () => void runs.push('other') }])
  await housekeeping.roundIsOver()
  await housekeeping.nextRound()
  await housekeeping.stop()
  expect(runs).toEqual(['failing', 'other', 'failing', 'other'])
  const warning = { level: 40, name: 'failing', err: { message: 'no luck' } }
  expect(housekeeping.lines).toMatchObject([warning, warning])
  expect(await housekeeping.failures()).toBe(2)
})

it('stop waits for the job that runs, and starts no other', async () => {
  const runs: string[] = []
  const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
  const slow = {
    name: 'slow',
    run: async () => {
      await finished
      runs.push('slow')
    },
  }
  const housekeeping = startByHand([slow, { name: 'other', run: async () => void runs.push('other') }])
  let hasStopped = false
  const stopped = housekeeping.stop().then(() => {
    hasStopped = true
  })
  await new Promise(setImmediate)
  expect(hasStopped).toBe(false)
  finish()
  await stopped
  expect(runs).toEqual(['slow'])
})

it('stop ends the wait between rounds, with the real clock too', async () => {
  const log = pino({ level: 'silent' })
  const ran = Promise.withResolvers<void>()
  const jobs = [{ name: 'a', run: async () => ran.resolve() }]
  const housekeeping = startHousekeeping({ jobs, log, metrics: createMetrics(), everyMillis: 3_600_000 })
  await ran.promise
  await housekeeping.stop()
})
