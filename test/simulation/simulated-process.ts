/**
 * A simulated process of the role: the product's own worker on a pool and a provider that count their calls. Where a history
 * says so it dies, before a call or after it took effect, including a COMMIT whose answer is lost; or it hangs there, while
 * others continue, until it is resumed. A dead process does nothing more: its connections are closed, its calls never return,
 * and its claims expire.
 */
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { paymentMetrics } from '../../src/payments/metrics.ts'
import type { PaymentProvider } from '../../src/payments/providers/provider.ts'
import { createReconciler, type Reconciler } from '../../src/payments/reconcile.ts'
import { type ClaimAndAdvance, createAdvancer } from '../../src/payments/worker.ts'
import type { Logger } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import type { Connection, Pool } from '../../src/platform/postgres.ts'
import type { Stop } from './steps.ts'

/** The maximum duration of a call to the provider: far longer than any takes here. */
export const CALL_MS = 10_000

export interface SimulatedProcess {
  readonly writer: Writer
  readonly provider: PaymentProvider
  readonly claimAndAdvance: ClaimAndAdvance
  readonly isDead: () => boolean
  /** Hangs, or has work that waits to be resumed. */
  readonly isHung: () => boolean
  readonly reconciler: Reconciler
  /** Runs `work` until it is done, or the process dies or hangs in it; calls are counted from 1 again. */
  run<T>(stop: Stop | null, work: () => Promise<T>): Promise<Ran<T>>
  /** Continues from the hang; resolves when that work is done, or the process died. */
  resume(): Promise<void>
  die(): void
}

export type Ran<T> = { readonly did: 'finish'; readonly result: T } | { readonly did: 'die' } | { readonly did: 'hang' }

interface Around {
  readonly pool: Pool
  readonly provider: PaymentProvider
  readonly publishing: Writer['publishing']
  readonly log: Logger
  readonly holder: string
}

const NEVER = new Promise<never>(() => {})

const PROVIDER_CALLS = [
  'createCustomer',
  'prepare',
  'confirm',
  'cancel',
  'readPayment',
  'listChanged',
  'readMethod',
  'detachMethod',
  'readMark',
  'writeMark',
] as const

export function createSimulatedProcess({ pool, provider, publishing, log, holder }: Around): SimulatedProcess {
  const connections = new Set<Connection>()
  let isDead = false
  let stop: Stop | null = null
  let calls: Record<Stop['at'], number> = { statement: 0, commit: 0, connect: 0, provider: 0 }
  let hanging: { readonly letGo: () => void; readonly gate: Promise<void> } | null = null
  /** The hanging call, with everything after it. */
  let unfinished: Promise<unknown> | null = null
  const death = Promise.withResolvers<void>()
  let hung = Promise.withResolvers<void>()

  /** Counts a call; returns the stop that it reaches. */
  function reachesStop(...kinds: Stop['at'][]): Stop | null {
    for (const kind of kinds) calls[kind]++
    if (stop === null || !kinds.includes(stop.at) || calls[stop.at] !== stop.nth) return null
    const reached = stop
    stop = null
    return reached
  }

  /** Whether it continues. A hanging call continues later, unless the process dies before. */
  async function halt({ does }: Stop): Promise<boolean> {
    if (does === 'dies') {
      die()
      return false
    }
    const gate = Promise.withResolvers<void>()
    hanging = { letGo: gate.resolve, gate: gate.promise }
    hung.resolve()
    await gate.promise
    return !isDead
  }

  /** A call, unless the process is dead or reaches its stop. Sent at once if nothing has to finish before it. */
  async function pass<T>(kinds: Stop['at'][], call: () => Promise<T>): Promise<T> {
    if (isDead) return NEVER
    const reached = reachesStop(...kinds)
    if (reached?.isDone === false && !(await halt(reached))) return NEVER
    const answer = await call().catch((error) => {
      if (isDead) return NEVER
      throw error
    })
    if (isDead) return NEVER
    if (reached?.isDone === true && !(await halt(reached))) return NEVER
    return answer
  }

  function die(): void {
    if (isDead) return
    isDead = true
    for (const connection of connections) cutOff(connection)
    connections.clear()
    hanging?.letGo()
    death.resolve()
  }

  function wrap(connection: Connection): Connection {
    connections.add(connection)
    return {
      query(statement: unknown, ...values: unknown[]) {
        if (isDead) return NEVER
        // COPY answers by callback; the statements around it are enough stops.
        if (isSubmittable(statement)) return (connection.query as (...of: unknown[]) => unknown)(statement, ...values)
        const isCommit = statement === 'commit'
        return pass(isCommit ? ['statement', 'commit'] : ['statement'], () =>
          (connection.query as (...of: unknown[]) => Promise<unknown>)(statement, ...values),
        )
      },
      release(broken?: Error | boolean) {
        if (connections.delete(connection)) connection.release(broken)
      },
    } as unknown as Connection
  }

  const ownPool = {
    async connect() {
      const connection = await pass(['connect'], async () => {
        const connected = await pool.connect()
        if (isDead) connected.release()
        return connected
      })
      return wrap(connection)
    },
    query: (...of: unknown[]) =>
      pass(['connect', 'statement'], () => (pool.query as unknown as (...of: unknown[]) => Promise<unknown>)(...of)),
  } as unknown as Pool

  const ownProvider = { name: provider.name, rewind: provider.rewind } as Record<string, unknown>
  for (const call of PROVIDER_CALLS) {
    ownProvider[call] = (...of: unknown[]) =>
      pass(['provider'], () => (provider[call] as (...of: unknown[]) => Promise<unknown>)(...of))
  }

  const writer: Writer = { pool: ownPool, publishing }
  const countedProvider = ownProvider as unknown as PaymentProvider
  const reconciler = createReconciler(writer, countedProvider, log)
  return {
    writer,
    provider: countedProvider,
    claimAndAdvance: createAdvancer({
      writer,
      provider: countedProvider,
      callMs: CALL_MS,
      holder,
      isReconciled: reconciler.isDone,
      onRecorded: () => {},
      log,
      metrics: paymentMetrics(new Registry()),
    }),
    isDead: () => isDead,
    isHung: () => hanging !== null,
    reconciler,
    async run(wanted, work) {
      stop = wanted
      calls = { statement: 0, commit: 0, connect: 0, provider: 0 }
      hung = Promise.withResolvers()
      const working = work()
      const ran = await Promise.race([
        working.then((result) => ({ did: 'finish' as const, result })),
        death.promise.then(() => ({ did: 'die' as const })),
        hung.promise.then(() => ({ did: 'hang' as const })),
      ])
      stop = null
      if (ran.did === 'hang') unfinished = working
      return ran
    },
    async resume() {
      hanging?.letGo()
      hanging = null
      const work = unfinished
      unfinished = null
      if (work !== null) await Promise.race([work, death.promise])
    },
    die,
  }
}

/** As if its process died: open transactions are rolled back, calls in flight may or may not take effect. */
function cutOff(connection: Connection): void {
  const { connection: wire } = connection as unknown as { connection: { stream: { destroy(): void } } }
  wire.stream.destroy()
  connection.release(new Error('its process died'))
}

function isSubmittable(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && 'submit' in statement
}
