/** New movements, which wait until somebody wants them: how many there are, and how they join those that are shown. */
import type { Movement } from '../credit/data.ts'

export interface Newest {
  readonly last_sequence: number
  readonly epoch: number
}

/** The newest movement that is shown; and how the account stood when it was asked for, null where that was not known. */
export interface Shown {
  readonly sequence: number
  readonly asOf: Newest | null
}

/** Movements are numbered without a gap. Null: of a database that was restored since, nobody can say. */
export function countNew(shown: Shown, { last_sequence, epoch }: Newest): number | null {
  if (shown.asOf !== null && shown.asOf.epoch !== epoch) return null
  return Math.max(0, last_sequence - shown.sequence)
}

export interface MovementPage {
  readonly items: readonly Movement[]
  readonly next_cursor: string | null
  readonly asOf: Newest | null
}

/**
 * The pages that are shown with the newest page on top. Where there is a gap between them, or the database was restored, the
 * newest alone: what is older is a page away.
 */
export function withNewest<Page extends MovementPage>(shown: readonly Page[], newest: Page): readonly Page[] {
  const [first, ...others] = shown
  const last = first?.items[0]?.sequence ?? 0
  const fresh = newest.items.filter(({ sequence }) => sequence > last)
  const isJoined = fresh.length < newest.items.length || newest.next_cursor === null
  const epochs = new Set([first?.asOf?.epoch, newest.asOf?.epoch].filter((epoch) => epoch !== undefined))
  if (first === undefined || epochs.size > 1 || !isJoined) return [newest]
  return [{ ...newest, items: [...fresh, ...first.items], next_cursor: first.next_cursor }, ...others]
}
