/**
 * The notices of an account in the form that the API has them, for whoever reads: in the answer to a request, or in what is
 * sent when something has changed. One way to both, so that they never differ.
 */
import { z } from 'zod'
import { formatInstant } from '../../core/instant.ts'
import type { Notice, NoticeKey, NoticeRole } from '../../core/notices/notice.ts'
import { noticesOf, undismissed } from '../../core/notices/notices.ts'
import { NOTICES } from '../../core/notices/table.ts'
import { readDismissals } from '../../ledger/notices/dismissals.ts'
import type { Pool } from '../../platform/postgres.ts'
import { type NoticeFactsRead, readNoticeFacts } from '../../reporting/read-notice-facts.ts'
import type { Caller } from '../access/permissions.ts'
import { AccountId, CurrencyCode, Instant } from '../protocol/schemas.ts'
import { FORMS } from './notice-figures.ts'

export const NOTICE_KEYS = NOTICES.map(({ key }) => key)

const [first, ...others] = NOTICE_KEYS.map((key) => FORMS[key].schema)

const NoticeForm = z
  .discriminatedUnion('key', [first!, ...others])
  .meta({ id: 'Notice', description: 'Told apart by key, of which there may be more one day' })

export const Notices = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    items: z.array(NoticeForm).meta({ description: 'Gravest first, those that the caller has dismissed left out' }),
    epoch: z.int().meta({ description: 'Of the ledger; it grows with every restore' }),
    balance_version: z.int().meta({ description: 'Of the newest change of the balance that is in them' }),
    as_of: Instant,
  })
  .meta({ id: 'Notices' })

export type NoticesJson = z.output<typeof Notices>

/** Who reads them: the role decides the form, the person what is dismissed. Services have the form of admins. */
export interface NoticeReader {
  readonly role: NoticeRole
  /** Null: no person. */
  readonly person: string | null
}

export function readerOf(caller: Caller): NoticeReader {
  return caller.kind === 'person' ? { role: caller.role, person: caller.subject } : { role: 'admin', person: null }
}

/** Null where there is no such account. Takes no lock. */
export async function readNotices(pool: Pool, accountId: string, reader: NoticeReader): Promise<NoticesJson | null> {
  const [notices] = await readNoticesFor(pool, accountId, [reader])
  return notices!
}

/** As each of several readers has them, in their order; what they are made of is read once. */
export async function readNoticesFor(
  pool: Pool,
  accountId: string,
  readers: readonly NoticeReader[],
): Promise<(NoticesJson | null)[]> {
  const persons = [...new Set(readers.flatMap(({ person }) => person ?? []))]
  const [read, dismissals] = await Promise.all([
    readNoticeFacts(pool, accountId),
    readDismissals(pool, accountId, persons),
  ])
  return readers.map(({ role, person }) => {
    if (read === null) return null
    const own = dismissals.filter((dismissal) => dismissal.person === person)
    return noticesJson(read, undismissed(noticesOf(read.facts, read.nowMicros, role), own))
  })
}

export function noticesJson({ facts, epoch, balanceVersion, nowMicros }: NoticeFactsRead, notices: readonly Notice[]) {
  return {
    account_id: facts.accountId,
    currency: facts.currency,
    items: notices.map(noticeJson),
    epoch,
    balance_version: Number(balanceVersion),
    as_of: formatInstant(nowMicros),
  }
}

function noticeJson(notice: Notice): z.output<typeof NoticeForm> {
  const { key, severity, placement, isBanner, isDismissible, occurrence, actions, askAdmins, figures } = notice
  // Of the same key, which the compiler cannot follow through a table.
  const { json } = FORMS[key] as unknown as { readonly json: (figures: Notice['figures']) => object }
  return {
    key,
    severity,
    placement,
    is_banner: isBanner,
    is_dismissible: isDismissible,
    occurrence,
    figures: json(figures),
    actions: [...actions],
    ask_admins: [...askAdmins],
  } as z.output<(typeof FORMS)[NoticeKey]['schema']>
}
