/** Several histories concurrently: each lane is a thread with its own databases, so that none disturbs another. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ProviderName } from '../../src/payments/providers/provider.ts'
import type { Played } from './player.ts'
import type { History } from './steps.ts'

export interface Lanes {
  readonly count: number
  /** Waits for a free lane. Rejects if the lane itself fails, which is no finding. */
  play(history: History): Promise<Played>
  close(): Promise<void>
}

/** On a Postgres server where they may create databases; `close` drops them. */
export async function openLanes(server: string, count: number, provider: ProviderName = 'sandbox'): Promise<Lanes> {
  // They start with the arguments of this process, so a planted bug is in the lanes too.
  const workers = Array.from({ length: count }, () => {
    return new Worker(new URL('./lane.ts', import.meta.url), { workerData: { server, provider } })
  })
  await Promise.all(workers.map((worker) => once(worker, 'message')))
  const free = [...workers]
  const waiting: ((worker: Worker) => void)[] = []

  return {
    count,
    async play(history) {
      const worker = free.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)))
      worker.postMessage(history)
      const [played] = (await once(worker, 'message')) as [Played]
      const next = waiting.shift()
      if (next === undefined) free.push(worker)
      else next(worker)
      return played
    },
    async close() {
      await Promise.all(
        workers.map(async (worker) => {
          const exit = once(worker, 'exit')
          worker.postMessage(null)
          await exit
        }),
      )
    },
  }
}
