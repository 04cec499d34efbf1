/** A client that follows an account, and compares each event with the previous ones: nothing may go backwards. */
import { followAccount, type LiveEvent } from '../../src/api/client/live.ts'
import { until } from '../../testkit/until.ts'

/** An event; the last one of a stream has no id. */
export type Told = Exclude<LiveEvent, { event: 'end' }>
export type ToldName = Told['event']
export type DataOf<Name extends ToldName> = Extract<Told, { event: Name }>['data']

export interface Follower {
  /** All of them, over all connections. */
  readonly events: readonly LiveEvent[]
  readonly retries: readonly number[]
  /** Events that were not newer than earlier ones, in words. */
  readonly stepsBack: readonly string[]
  lastEventId(): string | undefined
  newest<Name extends ToldName>(name: Name): DataOf<Name> | undefined
  count(name: LiveEvent['event']): number
  /** Waits for an event of the name for which `holds` returns true. */
  until<Name extends ToldName>(name: Name, holds: (data: DataOf<Name>) => boolean): Promise<void>
  /** Resolves when the server has ended the stream, with its reason if given. */
  ended(): Promise<string | null>
  /** Closes the connection. */
  leave(): Promise<void>
  /** Reconnects with the last event id. */
  comeBack(): void
}

export interface FollowOptions {
  readonly url: string
  /** Or a cookie of a session, as a browser would send it. */
  readonly token?: string
  readonly session?: string
  readonly accountId: string
  readonly lastEventId?: string | undefined
}

export function follow({ url, token, session, accountId, lastEventId: first }: FollowOptions): Follower {
  const events: LiveEvent[] = []
  const retries: number[] = []
  const stepsBack: string[] = []
  const places = new Map<string, { epoch: number; version: number }>()
  let lastEventId = first
  let leaving = new AbortController()
  let connection = connect()

  return {
    events,
    retries,
    stepsBack,
    lastEventId: () => lastEventId,
    newest,
    count: (name) => events.filter(({ event }) => event === name).length,
    until: (name, holds) =>
      until(
        `${accountId} receives the expected ${name}`,
        () => {
          const data = newest(name)
          return data !== undefined && holds(data)
        },
        20_000,
        () => events.slice(-4),
      ),
    async ended() {
      await connection
      const last = events.at(-1)
      return last?.event === 'end' ? last.data.reason : null
    },
    async leave() {
      leaving.abort()
      await connection
    },
    comeBack() {
      leaving = new AbortController()
      connection = connect()
    },
  }

  function newest<Name extends ToldName>(name: Name): DataOf<Name> | undefined {
    const found = events.findLast(({ event }) => event === name) as Extract<Told, { event: Name }> | undefined
    return found?.data as DataOf<Name> | undefined
  }

  async function connect(): Promise<void> {
    const { signal } = leaving
    const options = {
      baseUrl: url,
      ...(token === undefined ? {} : { token }),
      ...(session === undefined ? {} : { fetch: fetchWith(session) }),
      accountId,
      lastEventId,
      signal,
      onRetry: (ms: number) => retries.push(ms),
    }
    try {
      for await (const event of followAccount(options)) hear(event)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  function hear(event: LiveEvent): void {
    events.push(event)
    if (event.event === 'end') return
    lastEventId = event.id
    if (event.event === 'notices') return
    const { epoch, version } = event.data
    const before = places.get(event.event)
    const isNewer = before === undefined || epoch > before.epoch || (epoch === before.epoch && version > before.version)
    if (!isNewer) stepsBack.push(`${event.event} ${epoch}.${version} after ${before.epoch}.${before.version}`)
    places.set(event.event, { epoch, version })
  }
}

function fetchWith(cookie: string): typeof fetch {
  return (input, init) => fetch(input, { ...init, headers: { ...(init?.headers as Record<string, string>), cookie } })
}
