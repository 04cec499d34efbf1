import { pino } from 'pino'
import { expect, it } from 'vitest'
import { type Job, type JobReport, startJobs } from '../../src/platform/jobs.ts'
import { Registry, retriesCounter } from '../../src/platform/metrics.ts'

const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Jobs whose waits are ended by the test, identified by interval. */
function startManually(jobs: readonly Job[]) {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const registry = new Registry()
  const waits = new Map<number, () => void>()
  const wait = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      waits.set(ms, resolve)
      if (signal.aborted) resolve()
      signal.addEventListener('abort', () => resolve())
    })
  return {
    ...startJobs({ jobs, log, registry, wait }),
    lines,
    waits,
    /** Ends the wait of the job with this interval, so that it runs. */
    async pass(ms: number) {
      waits.get(ms)!()
      await settle()
    },
    /** The value of a metric, for the only job. */
    async figure(name: string) {
      return (await registry.getSingleMetric(name)!.get()).values[0]?.value
    },
    async failures() {
      const { values } = await retriesCounter(registry).get()
      return values.find(({ labels }) => labels.stage === 'job')?.value ?? 0
    },
  }
}

it('runs each job at the start, and again after its own interval', async () => {
  const runs: string[] = []
  const job = (name: string, everyMs: number) => ({ name, everyMs, run: async () => void runs.push(name) })
  const jobs = startManually([job('a', 10), job('b', 20)])
  await jobs.firstRuns
  await settle()
  expect(runs).toEqual(['a', 'b'])
  await jobs.pass(10)
  expect(runs).toEqual(['a', 'b', 'a'])
  await jobs.pass(20)
  expect(runs).toEqual(['a', 'b', 'a', 'b'])
  await jobs.stop()
  expect(runs).toHaveLength(4)
})

it('a slow job does not delay the others', async () => {
  const runs: string[] = []
  const finished = Promise.withResolvers<void>()
  const jobs = startManually([
    { name: 'slow', everyMs: 10, run: () => finished.promise },
    { name: 'quick', everyMs: 20, run: async () => void runs.push('quick') },
  ])
  await settle()
  await jobs.pass(20)
  expect(runs).toEqual(['quick', 'quick'])
  finished.resolve()
  await jobs.stop()
})

it.each([
  ['rejects', () => Promise.reject(new Error('no luck'))],
  [
    'throws',
    () => {
      throw new Error('no luck')
    },
  ],
])('a job that %s is logged and counted, and runs again', async (_how, fail) => {
  let runs = 0
  const failing = {
    name: 'failing',
    everyMs: 10,
    run: () => {
      runs++
      return fail()
    },
  }
  const jobs = startManually([failing])
  await jobs.firstRuns
  await settle()
  await jobs.pass(10)
  await jobs.stop()
  expect(runs).toBe(2)
  const warning = { level: 40, job: 'failing', err: { message: 'no luck' } }
  expect(jobs.lines).toMatchObject([warning, warning])
  expect(await jobs.failures()).toBe(2)
})

it('stop waits for a running job, and starts no other', async () => {
  const finished = Promise.withResolvers<void>()
  let runs = 0
  const slow = {
    name: 'slow',
    everyMs: 10,
    run: async () => {
      await finished.promise
      runs++
    },
  }
  const jobs = startManually([slow])
  let hasStopped = false
  const stopped = jobs.stop().then(() => {
    hasStopped = true
  })
  await settle()
  expect(hasStopped).toBe(false)
  finished.resolve()
  await stopped
  expect(runs).toBe(1)
})

it('stop ends a wait, with the real clock too', async () => {
  const ran = Promise.withResolvers<void>()
  const jobs = startJobs({
    jobs: [{ name: 'a', everyMs: 3_600_000, run: async () => ran.resolve() }],
    log: pino({ level: 'silent' }),
    registry: new Registry(),
  })
  await ran.promise
  await jobs.stop()
})

it('reports the age of the oldest waiting work, and the last success', async () => {
  const reports: JobReport[] = [{ oldestWorkSeconds: 12 }, { oldestWorkSeconds: null }]
  const jobs = startManually([{ name: 'a', everyMs: 10, run: async () => reports.shift()! }])
  await jobs.firstRuns
  await settle()
  expect(await jobs.figure('tollgate_job_oldest_work_seconds')).toBe(12)
  expect(await jobs.figure('tollgate_job_last_success_timestamp_seconds')).toBeCloseTo(Date.now() / 1000, -2)
  await jobs.pass(10)
  expect(await jobs.figure('tollgate_job_oldest_work_seconds')).toBe(0)
  await jobs.stop()
})

it('a job with more to do runs again after its own rest', async () => {
  let left = 3
  const run = async () => {
    left--
    return left > 0 ? { restMs: 1 } : {}
  }
  const jobs = startManually([{ name: 'a', everyMs: 10, run }])
  await jobs.firstRuns
  await settle()
  await jobs.pass(1)
  await jobs.pass(1)
  expect(left).toBe(0)
  await jobs.pass(10)
  expect(left).toBe(-1)
  await jobs.stop()
})
