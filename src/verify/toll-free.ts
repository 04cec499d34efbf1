/**
 * Two toll-free charges for one interaction: most likely its producer sent one leg on two topics. The charges stand.
 *
 * Looked for in the usage as it is read for other reasons, account by account, for no index leads from an interaction to
 * its events. Memory is bounded: a charge is held against as many as fit in before it, in the order of event ids.
 */
import type { StoredUsage } from '../core/rating/recompute.ts'
import type { OnFault } from './fault.ts'

/** In each of two halves, the older of which is forgotten when the newer is full: some 100 bytes each. */
const INTERACTIONS_A_HALF = 250_000

export function createTollFreeCheck(
  onFault: OnFault,
  interactionsAHalf = INTERACTIONS_A_HALF,
): (stored: StoredUsage) => void {
  let ofAccountId: string | null = null
  let newer = new Map<string, string>()
  let older = new Map<string, string>()
  return ({ accountId, eventId, interactionId, figures, correctedBy }) => {
    if (figures.outcome !== 'charged' || figures.reason !== 'toll_free_inbound' || correctedBy !== null) return
    if (accountId !== ofAccountId) {
      ofAccountId = accountId
      newer = new Map()
      older = new Map()
    }
    const first = newer.get(interactionId) ?? older.get(interactionId)
    if (first !== undefined) {
      const detail = `interaction ${interactionId} is charged as toll-free by ${first}, and by ${eventId} again`
      onFault({ check: 'charged_twice', invariant: 'A', severity: 'warning', accountId, detail })
      return
    }
    if (newer.size === interactionsAHalf) {
      older = newer
      newer = new Map()
    }
    newer.set(interactionId, eventId)
  }
}
