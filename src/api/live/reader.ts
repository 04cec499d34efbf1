/**
 * Reads followed accounts and their top-ups from the database. One statement runs at a time and covers everything that
 * was requested since the last one, so the load does not grow with the number of streams.
 */
import { readParts } from '../../ledger/accounts/read-parts.ts'
import { type LatestTopUp, latestTopUps } from '../../ledger/top-ups/latest-top-ups.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/postgres.ts'
import { pause, retryWaitMs } from '../../platform/retry.ts'
import type { LiveFacts } from './facts.ts'

/** Per account: as many as the page shows at once. */
export const MAX_TOP_UPS = 20
const BACKOFF = { firstMs: 1_000, maxMs: 1_000 }

interface ReaderParts {
  readonly pool: Pool
  readonly log: Logger
  readonly isFollowed: (accountId: string) => boolean
  /** `parts` is null if there is no such account. */
  readonly onParts: (accountId: string, parts: LiveFacts | null) => void
  readonly onTopUps: (accountId: string, latest: readonly LatestTopUp[]) => void
}

export interface AccountReader {
  /** Requests a read; `onParts` is called with what it found. */
  read(accountId: string): void
  /** Requests a read; `onTopUps` is called with a state no older than this call. */
  readTopUps(accountId: string): void
  stop(): Promise<void>
}

/** Creates a reader. Failed reads are repeated until `stop`. */
export function createReader({ pool, log, isFollowed, onParts, onTopUps }: ReaderParts): AccountReader {
  const accounts = new Set<string>()
  const ofTopUps = new Set<string>()
  const stopping = new AbortController()
  let reading: Promise<void> | null = null

  return {
    read(accountId) {
      accounts.add(accountId)
      readWanted()
    },
    readTopUps(accountId) {
      ofTopUps.add(accountId)
      readWanted()
    },
    async stop() {
      stopping.abort()
      await reading
    },
  }

  function readWanted(): void {
    reading ??= readAll()
  }

  async function readAll(): Promise<void> {
    // Wait for requests made in the same turn of the event loop.
    await null
    let isFailing = false
    while (!stopping.signal.aborted && accounts.size + ofTopUps.size > 0) {
      try {
        await take(accounts, async (wanted) => {
          const found = await readParts(pool, wanted)
          return (accountId) => onParts(accountId, found.get(accountId) ?? null)
        })
        await take(ofTopUps, async (wanted) => {
          const found = await latestTopUps(pool, wanted, MAX_TOP_UPS)
          // If it was requested again meanwhile, this result may be too old; the next one is not.
          return (accountId) => {
            if (!ofTopUps.has(accountId)) onTopUps(accountId, found.get(accountId) ?? [])
          }
        })
        isFailing = false
      } catch (error) {
        // Log once per outage.
        if (!isFailing) log.warn({ err: error }, 'could not read the followed accounts; will retry')
        isFailing = true
        await pause(retryWaitMs(BACKOFF, 1), stopping.signal)
      }
    }
    // At once: what is wanted from now on begins the next round.
    reading = null
  }

  /** Reads what is wanted of accounts still followed, and wants it again if the read fails. */
  async function take(
    wanted: Set<string>,
    read: (accountIds: readonly string[]) => Promise<(accountId: string) => void>,
  ): Promise<void> {
    const taken = [...wanted].filter(isFollowed)
    wanted.clear()
    if (taken.length === 0) return
    const deliver = await read(taken).catch((error: unknown) => {
      for (const accountId of taken) wanted.add(accountId)
      throw error
    })
    for (const accountId of taken) deliver(accountId)
  }
}
