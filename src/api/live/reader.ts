/**
 * Reads followed accounts, and their top-ups, from the database: one statement at a time, for all that was asked for since the
 * one before. So however many streams are opened at once, and however long it takes, no more than that is asked.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { readParts } from '../../ledger/accounts/read-parts.ts'
import { type LatestTopUp, latestTopUps } from '../../ledger/top-ups/latest-top-ups.ts'
import type { Logger } from '../../platform/log.ts'
import type { Pool } from '../../platform/postgres.ts'
import type { LiveFacts } from './facts.ts'

/** More are not shown at once. */
const MAX_TOP_UPS = 20
const RETRY_MS = 1_000

interface ReaderParts {
  readonly pool: Pool
  readonly log: Logger
  readonly isFollowed: (accountId: string) => boolean
  /** Null: there is no such account. */
  readonly onParts: (accountId: string, parts: LiveFacts | null) => void
  readonly onTopUps: (accountId: string, latest: readonly LatestTopUp[]) => void
}

export interface AccountReader {
  read(accountId: string): void
  /** `onTopUps` is called with what there was at some moment after this call. */
  readTopUps(accountId: string): void
  stop(): Promise<void>
}

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
    reading ??= readAll().finally(() => {
      reading = null
    })
  }

  async function readAll(): Promise<void> {
    // What else is asked for in this turn of the event loop comes along.
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
          // Asked for again meanwhile: this may be of before, and the next one is not.
          return (accountId) => {
            if (!ofTopUps.has(accountId)) onTopUps(accountId, found.get(accountId) ?? [])
          }
        })
        isFailing = false
      } catch (error) {
        // One line an outage says enough.
        if (!isFailing) log.warn({ err: error }, 'followed accounts cannot be read; it is tried again')
        isFailing = true
        await delay(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {})
      }
    }
  }

  /** What could not be read is wanted still. */
  async function take(
    wanted: Set<string>,
    read: (accountIds: readonly string[]) => Promise<(accountId: string) => void>,
  ): Promise<void> {
    const taken = [...wanted].filter(isFollowed)
    wanted.clear()
    if (taken.length === 0) return
    const tell = await read(taken).catch((error: unknown) => {
      for (const accountId of taken) wanted.add(accountId)
      throw error
    })
    for (const accountId of taken) tell(accountId)
  }
}
