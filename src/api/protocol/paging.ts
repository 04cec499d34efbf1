/** Page cursors: where the next page begins, opaque to callers. A cursor that is not ours is a fault of the request. */
import { ApiProblem } from './problem.ts'

export type CursorValue = string | number

/** Encodes the sort values of the last item of a page. */
export function cursorOf(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** Decodes a cursor; null for the first page. Throws `not_possible` if it does not hold values of these kinds. */
export function readCursor<const Kinds extends readonly ('string' | 'number')[]>(
  cursor: string | undefined,
  kinds: Kinds,
  path = '/query/cursor',
): { [I in keyof Kinds]: Kinds[I] extends 'string' ? string : number } | null {
  if (cursor === undefined) return null
  const values = parse(cursor)
  const isOurs =
    Array.isArray(values) &&
    values.length === kinds.length &&
    values.every((value, i) => typeof value === kinds[i] && isStorable(value))
  if (!isOurs) {
    throw new ApiProblem('not_possible', 'the cursor does not belong to this list: start again without one', {
      errors: [{ path, code: 'invalid', detail: 'must be a value of next_cursor' }],
    })
  }
  return values as never
}

/**
 * Cuts a page from `found`, which was read with `limit + 1` rows, and adds the cursor of the next one. `continuesAt`: where
 * the list continues although fewer rows were found.
 */
export function pageOf<Item, Shown>(
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => readonly CursorValue[],
  show: (item: Item) => Shown,
  continuesAt: readonly CursorValue[] | null = null,
): { items: Shown[]; next_cursor: string | null } {
  const items = found.slice(0, limit)
  const next = found.length > limit ? keyOf(items.at(-1)!) : continuesAt
  return { items: items.map(show), next_cursor: next === null ? null : cursorOf(next) }
}

/** A number beyond bigint, or a NUL in a string, would fail in the database. */
function isStorable(value: unknown): boolean {
  return typeof value === 'string' ? !value.includes('\0') : Number.isSafeInteger(value)
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    return null
  }
}
