/**
 * Sends due mails: claims a few, words each for its reader, hands it to the SMTP server and stores the outcome. A mail is
 * sent once, unless the process dies between the server's answer and the stored outcome. Then it is sent again under the
 * same Message-ID, so mail readers can drop the duplicate.
 */
import { recipientsOf } from '../core/mail/mail.ts'
import { isLocale } from '../core/settings/contacts.ts'
import {
  type ClaimedMail,
  claimMails,
  type MailOutcome,
  noteMail,
  overdueMailSeconds,
} from '../ledger/mail/claim-mails.ts'
import type { Logger } from '../platform/log.ts'
import { type Counter, counter, type Registry } from '../platform/metrics.ts'
import type { Pool } from '../platform/postgres.ts'
import { retry, retryWaitMs } from '../platform/retry.ts'
import { within } from '../platform/within.ts'
import { textsFor } from '../texts/languages.ts'
import { type MailContent, mailText } from '../texts/mail-text.ts'
import { addressFor, letterOf } from './letter.ts'
import type { MailSettings } from './settings.ts'
import { type MailTransport, type OutgoingMail, SEND_WITHIN_MS, type SendOutcome } from './transport.ts'

/** Each mail of a share has its own connection, so none waits in a queue while its claim runs out. */
export const MAILS_PER_SHARE = 5
/** Longer than sending a share takes, so that no other process sends the same mails. */
const CLAIM_SECONDS = 150

const SEND_BACKOFF = { firstMs: 30_000, maxMs: 3_600_000 }
const NOTE_BACKOFF = { firstMs: 250, maxMs: 16_000 }
/** At least 24 s in all, which is about as long as a claim outlasts the sending. */
const NOTE_TRIES = 9

export interface MailParts {
  readonly pool: Pool
  readonly transport: MailTransport
  readonly settings: MailSettings
  readonly sent: Counter<'outcome'>
  readonly log: Logger
  /** A random number from 0 to below 1: it spreads retries. */
  readonly chance?: () => number
}

/** The counter of send attempts by outcome. */
export function mailCounter(registry: Registry): Counter<'outcome'> {
  return counter(registry, {
    name: 'tollgate_mails_total',
    help: 'Attempts to send a mail, by outcome: sent, refused, failed (will be retried), dropped',
    labelNames: ['outcome'],
  })
}

/**
 * Sends one share of due mails. `hasMore`: the share was full. `oldestWorkSeconds`: how overdue the oldest due mail is.
 * On a stop, mails that are being sent are finished. If one of them throws, the others are finished first: whoever waits
 * for a share closes server and database after it, and a mail that was delivered but not noted would go out again.
 */
export async function sendMails(
  parts: MailParts,
  stopping: AbortSignal,
): Promise<{ readonly hasMore: boolean; readonly oldestWorkSeconds: number | null }> {
  const claimed = await claimMails(parts.pool, { count: MAILS_PER_SHARE, claimSeconds: CLAIM_SECONDS })
  const ended = await Promise.allSettled(claimed.map((mail) => sendOne(parts, mail, stopping)))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  return { hasMore: claimed.length === MAILS_PER_SHARE, oldestWorkSeconds: await overdueMailSeconds(parts.pool) }
}

async function sendOne(parts: MailParts, mail: ClaimedMail, stopping: AbortSignal): Promise<void> {
  const outcome = await tryToSend(parts, mail)
  const of = outcome.state === 'waiting' ? 'failed' : outcome.state
  parts.sent.inc({ outcome: of })
  if (outcome.state === 'waiting' || outcome.state === 'refused') {
    const { accountId, contactId, kind, tries } = mail
    const about = { account_id: accountId, contact_id: contactId, kind, tries, reason: outcome.reason }
    parts.log.warn(
      about,
      of === 'refused' ? 'a mail was refused; it will not be retried' : 'a mail was not sent; it will be retried',
    )
  }
  await note(parts, mail, outcome, stopping)
}

async function tryToSend(parts: MailParts, mail: ClaimedMail): Promise<MailOutcome> {
  const why = whyDropped(mail)
  if (why !== null) return { state: 'dropped', reason: why }
  const sending = parts.transport.send(outgoing(mail, parts.settings))
  const outcome = await within(SEND_WITHIN_MS, sending, (): SendOutcome => {
    return { kind: 'failed', reason: `no answer within ${SEND_WITHIN_MS / 1_000} s` }
  })
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'sent' }
    case 'refused':
      return { state: 'refused', reason: outcome.reason }
    case 'failed': {
      const retrySeconds = retryAfterSeconds(mail.tries, (parts.chance ?? Math.random)())
      return { state: 'waiting', reason: outcome.reason, retrySeconds }
    }
  }
}

/** Why a mail is dropped instead of sent; null: it is sent. */
export function whyDropped({ contact, kind, isTooOld, isSuperseded, isOver }: ClaimedMail): string | null {
  if (contact === null) return 'the contact was removed'
  if (recipientsOf(kind) === 'admins' && contact.role !== 'admin') return 'the contact is no longer an admin'
  if (isOver) return 'it no longer applied'
  if (isSuperseded) return 'a lower level was crossed in the meantime'
  return isTooOld ? 'it could not be sent for 3 days' : null
}

function outgoing(mail: ClaimedMail, { sender, locale, timeZone }: MailSettings): OutgoingMail {
  const { accountId, currency, kind, figures, messageId, card, admins } = mail
  const contact = mail.contact!
  const texts = textsFor(isLocale(contact.locale) ? contact.locale : locale)
  const isAdmin = contact.role === 'admin'
  const words = mailText(texts, { kind, figures } as MailContent, { timeZone, currency, isAdmin, card, admins })
  const dashboardUrl = addressFor(kind, sender.dashboardUrl)
  return {
    ...letterOf(texts, words, { ...sender, dashboardUrl }, accountId),
    to: contact.email,
    messageId,
    language: texts.language,
  }
}

/** The pause before the next attempt: 30 s, 60 s, 120 s, ... up to an hour, of which half is random. `chance`: 0 to below 1. */
export function retryAfterSeconds(tries: number, chance: number): number {
  if (tries < 1) throw new TypeError(`a retry after ${tries} tries`)
  return retryWaitMs(SEND_BACKOFF, tries, chance) / 1_000
}

/**
 * Retries for about as long as the claim holds: a delivered mail whose outcome is not stored would be sent again. When the
 * process stops, it retries once more at once.
 */
async function note(
  { pool }: MailParts,
  mail: ClaimedMail,
  outcome: MailOutcome,
  stopping: AbortSignal,
): Promise<void> {
  const noteOnce = () => noteMail(pool, mail, outcome)
  try {
    await retry(noteOnce, {
      backoff: NOTE_BACKOFF,
      isRetried: ({ failures }) => failures < NOTE_TRIES,
      signal: stopping,
    })
  } catch (error) {
    if (!stopping.aborted) throw error
    await noteOnce()
  }
}
