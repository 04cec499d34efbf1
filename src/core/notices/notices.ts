/**
 * The notices of an account: those that apply, without the ones that another notice hides and the ones that are not for
 * the reader. The gravest is the banner; among equal severities, the first in the table.
 */
import type { InstantMicros } from '../instant.ts'
import type { NoticeFacts } from './facts.ts'
import { type Notice, type NoticeKey, type NoticeRole, SEVERITIES } from './notice.ts'
import { situationOf } from './situation.ts'
import { NOTICES } from './table.ts'

/** An occurrence that a person has dismissed. */
export type Dismissal = Pick<Notice, 'key' | 'occurrence'>

/** The notices for a reader of this role, gravest first, then in the order of the table. */
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

/** The notices that are not dismissed, with a new banner if the banner was. What a dismissed notice hides stays hidden. */
export function undismissed(notices: readonly Notice[], dismissals: readonly Dismissal[]): Notice[] {
  return withBanner(notices.filter((notice) => !(notice.isDismissible && dismissals.some((one) => isOf(one, notice)))))
}

/** Whether a dismissal applies to this notice. */
export function isOf({ key, occurrence }: Dismissal, notice: Notice): boolean {
  return notice.key === key && notice.occurrence === occurrence
}

function withBanner(notices: readonly Notice[]): Notice[] {
  return notices.map((notice, place) => ({ ...notice, isBanner: place === 0 }))
}

/** Members do not see cards, nor what a card's bank said. */
function withoutCard(figures: Notice['figures']): object {
  return {
    ...figures,
    ...('card' in figures ? { card: null } : {}),
    ...('why' in figures ? { why: null } : {}),
    ...('reason' in figures ? { reason: null } : {}),
  }
}
