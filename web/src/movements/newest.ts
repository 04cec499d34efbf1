/** New movements: how many there are, and how they join those that are shown. */
import type { Movement } from '../credit/data.ts'

export interface Newest {
  readonly last_sequence: number
  readonly epoch: number
}

/** The newest movement shown, and the state of the account when it was requested; null if that was unknown. */
export interface Shown {
  readonly sequence: number
  readonly asOf: Newest | null
}

/** Sequences have no gaps, so the difference is the count. Null after a restore of the database, when it is unknown. */
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
 * The pages shown, with the newest page on top. If there is a gap between them, or the database was restored, only the
 * newest page; older ones can be loaded again.
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
