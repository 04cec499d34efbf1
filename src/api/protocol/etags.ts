/**
 * ETags. The ETag of a thing is the settings version of its last change. A caller sends the ETag that they have seen,
 * and is refused if somebody has changed the thing since.
 */
import type { LastChange, NamedChange } from '../../ledger/changes/last-change.ts'
import { ApiProblem } from './problem.ts'

/** The ETag of a thing by its last change. */
export function etagOf({ version }: Pick<LastChange, 'version'>): string {
  return `"${version}"`
}

/** The version that the caller has seen; null for `*`. Throws `if_match_required` if the header is missing. */
export function expectedVersion(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined) {
    throw new ApiProblem(
      'if_match_required',
      'send If-Match with the ETag that you have read, or * to change the current version whatever it is',
    )
  }
  if (ifMatch.trim() === '*') return null
  const [, digits] = /^(?:W\/)?"(\d{1,9})"$/.exec(ifMatch.trim()) ?? []
  // A foreign ETag matches nothing, so it ends in `changed_meanwhile` with the current one.
  return digits === undefined ? NO_VERSION : Number(digits)
}

/** A version that nothing has. */
const NO_VERSION = 0

/** The problem when the caller has seen an older version: it names the current one, who changed it and when. */
export function changedMeanwhile(what: string, current: NamedChange): ApiProblem {
  const { actor, actorName, recordedAt } = current
  return new ApiProblem(
    'changed_meanwhile',
    `your ETag is out of date: ${actor ?? 'somebody'} changed ${what} at ${recordedAt}; read again and send the new ETag`,
    { current: { etag: etagOf(current), changedBy: actor, changedByName: actorName, changedAt: recordedAt } },
  )
}
