/**
 * The notices of an account as the API shows them. Requests and live streams both read them here, so they never differ.
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
  .meta({ id: 'Notice', description: 'Distinguished by key; new keys may be added.' })

export const Notices = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    items: z.array(NoticeForm).meta({ description: 'Most severe first, without those the caller has dismissed.' }),
    epoch: z.int().meta({ description: "The ledger's epoch, which grows with every restore." }),
    balance_version: z.int().meta({ description: 'Version of the newest balance that the notices take into account.' }),
    as_of: Instant,
  })
  .meta({ id: 'Notices' })

export type NoticesJson = z.output<typeof Notices>

/** The reader: the role decides what is shown, the person what has been dismissed. Services see what admins see. */
export interface NoticeReader {
  readonly role: NoticeRole
  /** Null for services. */
  readonly person: string | null
}

/** The reader that a caller is. */
export function readerOf(caller: Caller): NoticeReader {
  return caller.kind === 'person' ? { role: caller.role, person: caller.subject } : { role: 'admin', person: null }
}

/** The notices for one reader; null if there is no such account. Takes no lock. */
export async function readNotices(pool: Pool, accountId: string, reader: NoticeReader): Promise<NoticesJson | null> {
  const [notices] = await readNoticesFor(pool, accountId, [reader])
  return notices!
}

/** The notices for each of several readers, in their order. The facts are read once. */
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

/** Notices as JSON, with the balance version and the instant that they hold for. */
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
  // The entry and the figures have the same key, which the compiler cannot see.
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
