/**
 * The notices of an account: all that hold, less those that another one says better, less what the reader has no use for.
 * One of them is the banner: the gravest, of those of one severity the first in the table.
 */
import type { InstantMicros } from '../instant.ts'
import type { NoticeFacts } from './facts.ts'
import { type Notice, type NoticeKey, type NoticeRole, SEVERITIES } from './notice.ts'
import { situationOf } from './situation.ts'
import { NOTICES } from './table.ts'

/** A happening that somebody does not want to see any more. */
export type Dismissal = Pick<Notice, 'key' | 'occurrence'>

/** In the order of the table, gravest first. */
export function noticesOf(facts: NoticeFacts, nowMicros: InstantMicros, role: NoticeRole): Notice[] {
  const situation = situationOf(facts, nowMicros)
  const found = NOTICES.flatMap((row) => {
    const happenings = row.while(situation)
    return happenings.length === 0 ? [] : [{ row, happenings }]
  })
  const holding = new Set<NoticeKey>(found.map(({ row }) => row.key))
  const shown = found
    .filter(({ row }) => !row.hiddenBy.some((key) => holding.has(key)))
    .filter(({ row }) => role === 'admin' || row.for === 'everybody')
  const notices = shown.flatMap(({ row, happenings }) =>
    happenings.map(({ occurrence, figures }) => {
      const { key, placement, isDismissible } = row
      const actions = row.actions(situation)
      const severity = row.severity(situation)
      const notice = { key, severity, placement, isBanner: false, isDismissible, occurrence }
      return role === 'admin'
        ? ({ ...notice, figures, actions, askAdmins: [] } as Notice)
        : ({
            ...notice,
            figures: withoutCard(figures),
            actions: [],
            askAdmins: actions.length === 0 ? [] : facts.admins,
          } as Notice)
    }),
  )
  return withBanner(notices.toSorted((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)))
}

/** Those that are not dismissed, with another banner where that was. What was hidden stays hidden. */
export function undismissed(notices: readonly Notice[], dismissals: readonly Dismissal[]): Notice[] {
  return withBanner(notices.filter((notice) => !(notice.isDismissible && dismissals.some((one) => isOf(one, notice)))))
}

export function isOf({ key, occurrence }: Dismissal, notice: Notice): boolean {
  return notice.key === key && notice.occurrence === occurrence
}

function withBanner(notices: readonly Notice[]): Notice[] {
  return notices.map((notice, place) => ({ ...notice, isBanner: place === 0 }))
}

/** Of a card, and of what its bank said, members see nothing. */
function withoutCard(figures: Notice['figures']): object {
  return {
    ...figures,
    ...('card' in figures ? { card: null } : {}),
    ...('why' in figures ? { why: null } : {}),
    ...('reason' in figures ? { reason: null } : {}),
  }
}
