/**
 * ETags, one for each thing that people change: the version of the settings that the thing was last changed by. Whoever
 * changes it says which one they have seen, and is refused when somebody was faster.
 */
import type { LastChange, NamedChange } from '../../ledger/changes/last-change.ts'
import { ApiProblem } from './problem.ts'

export function etagOf({ version }: Pick<LastChange, 'version'>): string {
  return `"${version}"`
}

/** The version that the caller has seen; null for `*`. Throws `ApiProblem` where the header is missing or is no ETag of ours. */
export function expectedVersion(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined) {
    throw new ApiProblem(
      'if_match_required',
      'send If-Match with the ETag of what you have read, or * to change it unseen',
    )
  }
  if (ifMatch.trim() === '*') return null
  const [, digits] = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim()) ?? []
  // Somebody else's ETag matches nothing; the thing's own is said once it is read.
  return digits === undefined ? NO_VERSION : Number(digits)
}

/** No thing has it. */
const NO_VERSION = 0

/** What the caller has seen is not what it is: it says what it is now, by whom and since when. */
export function changedMeanwhile(what: string, current: NamedChange): ApiProblem {
  const { actor, actorName, recordedAt } = current
  const by = actor === null ? '' : ` by ${actor}`
  return new ApiProblem(
    'changed_meanwhile',
    `${what} was changed${by} at ${recordedAt}: read it again, and send its ETag`,
    { current: { etag: etagOf(current), changedBy: actor, changedByName: actorName, changedAt: recordedAt } },
  )
}
