/**
 * The contacts who receive an account's mail, read and set as a whole list. Members see the contacts without addresses.
 */
import { z } from 'zod'
import { CONTACT_ROLES, type Contact, DEFAULT_LOCALE, EMAIL_FORM, LOCALE_FORM } from '../../core/settings/contacts.ts'
import { setContacts } from '../../ledger/accounts/set-contacts.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf, type Caller, seesInFull } from '../access/permissions.ts'
import { changedMeanwhile, etagOf, expectedVersion } from '../protocol/etags.ts'
import { type FieldFault, ofFaults } from '../protocol/problem.ts'
import { AccountId, AccountParams, IfMatchHeaders, text } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { readWithLastChange } from './known-account.ts'

const MAX_CONTACTS = 100

export const ShownContact = z
  .object({
    id: z.string(),
    role: z
      .enum(CONTACT_ROLES)
      .meta({ description: 'admin gets all mail including approvals; billing gets the rest.' }),
    email: z.string().nullable().meta({ description: 'Null if the caller may not see it.' }),
    locale: z.string().meta({ description: 'The language of the mail, e.g. de-DE.' }),
  })
  .meta({ id: 'Contact' })

const WantedContact = z
  .strictObject({
    id: text(200).meta({ description: 'Unique within the account.' }),
    email: text(254).regex(EMAIL_FORM, { error: 'must be an e-mail address' }),
    locale: z.string().max(35).regex(LOCALE_FORM, { error: 'must be a locale such as de-DE' }).default(DEFAULT_LOCALE),
    role: z.enum(CONTACT_ROLES),
  })
  .meta({ id: 'WantedContact' })

export const WantedContacts = z.array(WantedContact).max(MAX_CONTACTS)

/** Throws `not_possible` if two contacts have the same id, which a schema cannot check. */
export function checkContacts(contacts: z.output<typeof WantedContacts>): void {
  const errors = contacts.flatMap(({ id }, i): FieldFault[] => {
    const isSecond = contacts.findIndex((other) => other.id === id) < i
    return isSecond ? [{ path: `/body/contacts/${i}/id`, code: 'duplicate', detail: 'appears twice' }] : []
  })
  if (errors.length > 0) throw ofFaults('not_possible', errors)
}

const Contacts = z.object({ account_id: AccountId, contacts: z.array(ShownContact) }).meta({ id: 'Contacts' })

/** A contact as JSON; members do not see its address. */
export function contactJson({ id, role, email, locale }: Contact, caller: Caller): z.output<typeof ShownContact> {
  return { id, role, email: seesInFull(caller) ? email : null, locale }
}

const URL = '/v1/accounts/:account_id/contacts'

export function addContactRoutes(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'listContacts',
      tags: ['Accounts'],
      summary: 'Who gets mail',
      params: AccountParams,
      response: { 200: Contacts },
    },
    handler: async (request, reply) => {
      const { etag, body } = await contactsOf(request.params.account_id, callerOf(request))
      return await reply.header('etag', etag).send(body)
    },
  })

  api.route({
    method: 'PUT',
    url: URL,
    config: {
      access: { permission: 'write', of: 'account' },
      problems: ['changed_meanwhile', 'if_match_required', 'not_possible'],
    },
    schema: {
      operationId: 'setContacts',
      tags: ['Accounts'],
      summary: 'Set who gets mail',
      description: 'Replaces the whole list: whoever is not in it gets no more mail.',
      params: AccountParams,
      headers: IfMatchHeaders,
      body: z.strictObject({ contacts: WantedContacts }),
      response: { 200: Contacts },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const caller = callerOf(request)
      checkContacts(request.body.contacts)
      const wanted = { contacts: request.body.contacts, actor: actorOf(caller) }
      const set = await setContacts(writer, accountId, wanted, expectedVersion(request.headers['if-match']))
      if ('refused' in set) {
        const { refused } = set
        if (refused === 'unknown_account') throw noAccount(accountId)
        throw changedMeanwhile('the list of contacts', refused.changedMeanwhile)
      }
      const { etag, body } = await contactsOf(accountId, caller)
      return await reply.header('etag', etag).send(body)
    },
  })

  async function contactsOf(accountId: string, caller: Caller) {
    const { account, change } = await readWithLastChange(writer.pool, accountId, 'contacts')
    const contacts = account.settings.contacts.map((contact) => contactJson(contact, caller))
    return { etag: etagOf(change), body: { account_id: accountId, contacts } }
  }
}
