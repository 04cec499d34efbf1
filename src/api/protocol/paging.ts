/** Cursors: where the next page begins, opaque to callers. One that is not ours is a fault of the request. */
import { ApiProblem } from './problem.ts'

export type CursorValue = string | number

/** The values by which the list is ordered, of the last item of a page. */
export function cursorOf(values: readonly CursorValue[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url')
}

/** Null for the first page. Throws `ApiProblem` for what is no cursor of a list ordered by such values. */
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
    throw new ApiProblem('not_possible', 'the cursor is not of this list: begin again without one', {
      errors: [{ path, code: 'invalid', detail: 'must be what next_cursor said' }],
    })
  }
  return values as never
}

/** The items of a page, of which one more than `limit` was asked for, and the cursor of the next. */
export function pageOf<Item, Shown>(
  found: readonly Item[],
  limit: number,
  keyOf: (item: Item) => readonly CursorValue[],
  show: (item: Item) => Shown,
): { items: Shown[]; next_cursor: string | null } {
  const items = found.slice(0, limit)
  return {
    items: items.map(show),
    next_cursor: found.length > limit ? cursorOf(keyOf(items.at(-1)!)) : null,
  }
}

/** Digits past what a bigint column holds, or a NUL, would fail in the database. */
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
