/** `tollgate mail list`: mails to contacts, newest first, and why servers refused them. Addresses are not shown. */
import { type ListedMail, listMails, MAIL_STATES, type MailState } from '../ledger/mail/list-mails.ts'
import { type Columns, createListing } from './columns.ts'
import { CommandFailed, counted, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { readLimit } from './count.ts'

export interface MailListOptions {
  readonly state?: string
  readonly account?: string
  readonly limit?: string
  readonly json?: boolean
}

/** They are listed in one page. */
const MAX_MAILS = 999_999

const COLUMNS: Columns<ListedMail> = [
  ['written at', ({ createdAt }) => createdAt],
  ['account', ({ accountId }) => accountId],
  ['contact', ({ contactId }) => contactId],
  ['kind', ({ kind }) => kind],
  ['state', ({ state }) => state],
  ['tries', ({ tries }) => String(tries)],
  ['reason', ({ reason }) => reason ?? '-'],
]

export async function listMail(options: MailListOptions): Promise<void> {
  const limit = readLimit(options.limit, MAX_MAILS)
  const state = readState(options.state)
  await withDatabase(async (pool) => {
    const mails = await listMails(pool, { state, accountId: options.account ?? null, limit })
    const textOf = options.json ? () => mails.map(jsonLine).join('') : createListing(COLUMNS)
    await writeOutput(textOf(mails))
    process.stderr.write(`${counted(mails.length, 'mail')}${mails.length === limit ? ', the newest' : ''}\n`)
  })
}

function jsonLine(mail: ListedMail): string {
  const { createdAt, accountId, contactId, kind, state, tries, reason, messageId } = mail
  const shown = { created_at: createdAt, account_id: accountId, contact_id: contactId, kind, state, tries, reason }
  return `${JSON.stringify({ ...shown, message_id: messageId })}\n`
}

function readState(text: string | undefined): MailState | null {
  if (text === undefined) return null
  const state = MAIL_STATES.find((known) => known === text)
  if (state === undefined) throw new CommandFailed(`--state ${text} is not one of ${MAIL_STATES.join(', ')}`, 2)
  return state
}
