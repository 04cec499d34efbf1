/**
 * Verifies that the search index (src/reporting/index-movements.ts) matches the movements, and is complete as far as the
 * roll-up. A page has some chunks, of one or many accounts. The last page of an account also covers chunks that must not
 * exist yet.
 */
import type { Pool } from '../platform/postgres.ts'
import {
  AFTER_LAST_CHUNK,
  CHUNK_MOVEMENTS,
  type ChunkRange,
  findIndexDifferences,
} from '../reporting/index-movements.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { type RolledUpAccount, readRolledUpAccounts } from './rolled-up-accounts.ts'

const CHUNKS_PER_PAGE = 16
const ACCOUNTS_PER_PAGE = 1_000

/** Verifies the index and returns with how many movements it was compared. */
export async function verifyMovementIndex(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  let movements = 0
  for await (const accounts of readRolledUpAccounts(pool)) {
    for (const { ranges, chunks } of pagesOf(accounts)) {
      for (const { accountId, of } of await findIndexDifferences(pool, ranges)) {
        const detail = `${of}: the search index does not match the movements`
        onFault({ check: 'movement_index', invariant: null, severity: 'fault', accountId, detail })
      }
      movements += chunks * CHUNK_MOVEMENTS
      await pace.took(chunks * CHUNK_MOVEMENTS)
    }
  }
  return movements
}

interface Page {
  readonly ranges: readonly ChunkRange[]
  readonly chunks: number
}

function pagesOf(accounts: readonly RolledUpAccount[]): Page[] {
  const pages: Page[] = []
  let ranges: ChunkRange[] = []
  let chunks = 0
  const endPage = () => {
    if (ranges.length > 0) pages.push({ ranges, chunks })
    ranges = []
    chunks = 0
  }
  for (const { account_id: accountId, through_sequence } of accounts) {
    const due = Number(through_sequence / BigInt(CHUNK_MOVEMENTS))
    for (let fromChunk = 0; ; fromChunk += CHUNKS_PER_PAGE) {
      const isLast = fromChunk + CHUNKS_PER_PAGE >= due
      ranges.push({ accountId, fromChunk, toChunk: isLast ? AFTER_LAST_CHUNK : fromChunk + CHUNKS_PER_PAGE })
      chunks += isLast ? due - fromChunk : CHUNKS_PER_PAGE
      if (chunks >= CHUNKS_PER_PAGE || ranges.length >= ACCOUNTS_PER_PAGE) endPage()
      if (isLast) break
    }
  }
  endPage()
  return pages
}
