/** Accounts: create, list, read, change plan, close. */
import { z } from 'zod'
import { formatInstant, isExactInstant } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import type { Misfit } from '../../core/settings/misfits.ts'
import type { PackagePeriod } from '../../core/settings/settings.ts'
import { changePlan } from '../../ledger/accounts/change-plan.ts'
import { closeAccount } from '../../ledger/accounts/close-account.ts'
import { createAccount } from '../../ledger/accounts/create-account.ts'
import { listAccounts } from '../../ledger/accounts/list-accounts.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf, type Caller } from '../access/permissions.ts'
import { changedMeanwhile, etagOf, expectedVersion } from '../protocol/etags.ts'
import { pageOf, readCursor } from '../protocol/paging.ts'
import { ApiProblem, type FieldFault, ofFaults } from '../protocol/problem.ts'
import {
  AccountId,
  AccountParams,
  BillingMode,
  CalendarDate,
  CurrencyCode,
  GivenInstant,
  IfMatchHeaders,
  Instant,
  instantOf,
  Money,
  PageQuery,
  page,
  text,
} from '../protocol/schemas.ts'
import { Status } from '../views/balance-view.ts'
import { checkContacts, contactJson, ShownContact, WantedContacts } from './contacts.ts'
import type { Api, ApiContext } from './context.ts'
import { readWithLastChange } from './known-account.ts'

const MAX_PACKAGES = 500
const MAX_FAIR_USE_MINUTES = 1_000_000_000

const Account = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    tariff: z.string(),
    packages: z
      .array(
        z.object({
          id: z.string().meta({ description: 'A package of the catalog, or none.' }),
          name: z.string().nullable().meta({ description: 'The name in the catalog in force. Null if it has none.' }),
          from: Instant,
        }),
      )
      .meta({ description: 'In the order in which they take effect. Each is in force until the next.' }),
    billing_cycle_anchor: z.iso.date(),
    fair_use_minutes_per_user: z
      .int()
      .nullable()
      .meta({ description: "The account's own limit. Null if the package's applies." }),
    conversation_intelligence: BillingMode,
    voice_agent: BillingMode,
    contacts: z.array(ShownContact),
    created_at: Instant,
    closed_at: Instant.nullable(),
  })
  .meta({ id: 'Account' })

const AccountInList = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    balance: Money,
    status: Status,
    status_since: Instant,
    created_at: Instant,
    closed_at: Instant.nullable(),
  })
  .meta({ id: 'AccountInList' })

const Packages = z
  .array(
    z.strictObject({
      id: text(200).meta({ description: 'A package of the catalog, or none.' }),
      from: GivenInstant,
    }),
  )
  .max(MAX_PACKAGES)
  .meta({ description: 'Each package is in force until the next.' })

const plan = {
  tariff: text(200),
  packages: Packages,
  billing_cycle_anchor: CalendarDate.meta({
    description: 'Billing cycles start on this day of every month, or on the last day of a shorter month.',
  }),
  fair_use_minutes_per_user: z
    .int()
    .min(0)
    .max(MAX_FAIR_USE_MINUTES)
    .nullable()
    .meta({ description: "The account's own limit. Null if the package's applies." }),
  conversation_intelligence: BillingMode,
  voice_agent: BillingMode,
}

const NewAccount = z
  .strictObject({
    account_id: AccountId,
    currency: CurrencyCode,
    tariff: plan.tariff,
    packages: plan.packages.optional(),
    billing_cycle_anchor: plan.billing_cycle_anchor,
    fair_use_minutes_per_user: plan.fair_use_minutes_per_user.optional(),
    conversation_intelligence: plan.conversation_intelligence.optional(),
    voice_agent: plan.voice_agent.optional(),
    contacts: WantedContacts.optional(),
  })
  .meta({ id: 'NewAccount' })

const ChangedPlan = z.strictObject(plan).partial().meta({ id: 'ChangedPlan' })

const AccountsQuery = PageQuery.extend({
  status: Status.optional(),
  currency: CurrencyCode.optional(),
  closed: z
    .enum(['true', 'false'])
    .optional()
    .meta({ description: 'Only closed accounts, or only those that are not closed.' }),
  prefix: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, { error: 'must be 1 to 64 printable ASCII characters' })
    .optional()
    .meta({ description: 'Only accounts whose id starts with this.' }),
})

const ClosedAccount = z.object({ account_id: AccountId, closed_at: Instant }).meta({ id: 'ClosedAccount' })

const ACCOUNT = '/v1/accounts/:account_id'

export function addAccountRoutes(api: Api, context: ApiContext): void {
  addCreateAccount(api, context)
  addListAccounts(api, context)
  addReadAccount(api, context)
  addChangePlan(api, context)
  addCloseAccount(api, context)
}

function addCreateAccount(api: Api, context: ApiContext): void {
  const { writer, catalogs } = context
  api.route({
    method: 'POST',
    url: '/v1/accounts',
    config: {
      access: { permission: 'accounts', of: 'installation' },
      problems: ['account_exists', 'not_possible', 'no_catalog_in_force'],
    },
    schema: {
      operationId: 'createAccount',
      tags: ['Accounts'],
      summary: 'Create an account',
      description:
        'The account has no credit, so it is blocked, and announced as blocked, until credit is added. Its currency never ' +
        'changes. Repeating the request is safe: it is answered with 409, `account_exists`.',
      body: NewAccount,
      response: { 201: Account.meta({ description: 'The account. `Location` has its URL.' }) },
    },
    handler: async (request, reply) => {
      const { body } = request
      const { account_id: accountId } = body
      checkContacts(body.contacts ?? [])
      const wanted = {
        accountId,
        currency: body.currency,
        contacts: body.contacts,
        ...planOf(body),
        tariff: body.tariff,
        billingCycleAnchor: body.billing_cycle_anchor,
      }
      const caller = callerOf(request)
      const result = await createAccount(writer, catalogs, wanted, actorOf(caller))
      if ('refused' in result)
        throw new ApiProblem('account_exists', `account ${accountId} already exists: nothing was changed`)
      if (!('created' in result)) throw notOffered(result, body)
      const { etag, account } = await accountOf(context, accountId, caller)
      const location = `/v1/accounts/${encodeURIComponent(accountId)}`
      return await reply.code(201).header('location', location).header('etag', etag).send(account)
    },
  })
}

function addListAccounts(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts',
    config: { access: { permission: 'accounts', of: 'own_accounts' } },
    schema: {
      operationId: 'listAccounts',
      tags: ['Accounts'],
      summary: 'Accounts, ordered by id',
      description: 'A key that is restricted to some accounts sees only those.',
      querystring: AccountsQuery,
      response: { 200: page(AccountInList) },
    },
    handler: async (request) => {
      const { cursor, limit, status, currency, closed, prefix } = request.query
      const [after = ''] = readCursor(cursor, ['string']) ?? []
      const filter = {
        accountIds: accountsOf(callerOf(request)),
        idPrefix: prefix ?? null,
        status: status ?? null,
        currency: currency ?? null,
        isClosed: closed === undefined ? null : closed === 'true',
      }
      const found = await listAccounts(pool, filter, { after, limit: limit + 1 })
      return pageOf(
        found,
        limit,
        ({ accountId }) => [accountId],
        (account) => ({
          account_id: account.accountId,
          currency: account.currency,
          balance: formatMoney(account.balanceMicros),
          status: account.status,
          status_since: account.statusSince,
          created_at: account.createdAt,
          closed_at: account.closedAt,
        }),
      )
    },
  })
}

function addReadAccount(api: Api, context: ApiContext): void {
  api.route({
    method: 'GET',
    url: ACCOUNT,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readAccount',
      tags: ['Accounts'],
      summary: 'An account with its plan and contacts',
      description: 'The ETag is that of the plan. Contacts have their own.',
      params: AccountParams,
      response: { 200: Account },
    },
    handler: async (request, reply) => {
      const { etag, account } = await accountOf(context, request.params.account_id, callerOf(request))
      return await reply.header('etag', etag).send(account)
    },
  })
}

function addChangePlan(api: Api, context: ApiContext): void {
  const { writer, catalogs } = context
  api.route({
    method: 'PATCH',
    url: ACCOUNT,
    config: {
      access: { permission: 'accounts', of: 'account' },
      problems: ['changed_meanwhile', 'if_match_required', 'not_possible', 'no_catalog_in_force'],
    },
    schema: {
      operationId: 'changePlan',
      tags: ['Accounts'],
      summary: "Change an account's plan",
      description:
        'Fields that are left out stay unchanged; the list of packages is replaced as a whole. The plan must be on offer ' +
        'in the catalog in force and in those to come. Usage is rated by the plan in force when it is recorded.',
      params: AccountParams,
      headers: IfMatchHeaders,
      body: ChangedPlan,
      response: { 200: Account },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const caller = callerOf(request)
      const seen = expectedVersion(request.headers['if-match'])
      const change = { wanted: planOf(request.body), actor: actorOf(caller) }
      const result = await changePlan(writer, catalogs, accountId, change, seen)
      if ('refused' in result) {
        if (result.refused === 'unknown_account') throw noAccount(accountId)
        throw changedMeanwhile('the plan', result.refused.changedMeanwhile)
      }
      if (!('isChanged' in result)) throw notOffered(result, request.body)
      const { etag, account } = await accountOf(context, accountId, caller)
      return await reply.header('etag', etag).send(account)
    },
  })
}

function addCloseAccount(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'POST',
    url: `${ACCOUNT}/close`,
    config: { access: { permission: 'accounts', of: 'account' } },
    schema: {
      operationId: 'closeAccount',
      tags: ['Accounts'],
      summary: 'Close an account',
      description:
        'Nothing more is charged: automatic top-up is turned off, and top-ups that cannot have moved money are canceled. ' +
        'A payment in progress still completes, and late usage is still debited. Service status keeps following the ' +
        'balance: cutting the account off is up to you. Closing it again returns the same answer.',
      params: AccountParams,
      response: { 200: ClosedAccount },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const closed = await closeAccount(writer, accountId, actorOf(callerOf(request)))
      if ('refused' in closed) throw noAccount(accountId)
      return { account_id: accountId, closed_at: closed.answer.closedAt }
    },
  })
}

/** An account as the caller may see it, with the ETag of its plan. */
async function accountOf({ writer: { pool }, recentCatalogs }: ApiContext, accountId: string, caller: Caller) {
  const { account: found, change } = await readWithLastChange(pool, accountId, 'plan')
  const { settings, createdAt, closedAt } = found
  const named = settings.packages.length === 0 ? undefined : (await recentCatalogs.inForce())?.catalog.packages
  const account: z.output<typeof Account> = {
    account_id: accountId,
    currency: settings.currency,
    tariff: settings.tariff,
    packages: settings.packages.map(({ id, fromMicros }) => {
      return { id, name: named?.get(id)?.name ?? null, from: formatInstant(fromMicros) }
    }),
    billing_cycle_anchor: settings.billingCycleAnchor,
    fair_use_minutes_per_user: settings.fairUseMinutesPerUser,
    conversation_intelligence: settings.conversationIntelligence,
    voice_agent: settings.voiceAgent,
    contacts: settings.contacts.map((contact) => contactJson(contact, caller)),
    created_at: createdAt,
    closed_at: closedAt,
  }
  return { etag: etagOf(change), account }
}

/** The accounts that the caller may see; null for all. */
function accountsOf(caller: Caller): readonly string[] | null {
  return caller.kind === 'key' && caller.accountIds !== null ? [...caller.accountIds] : null
}

function planOf(body: z.output<typeof ChangedPlan>) {
  return {
    tariff: body.tariff,
    packages: body.packages && periodsOf(body.packages),
    billingCycleAnchor: body.billing_cycle_anchor,
    fairUseMinutesPerUser: body.fair_use_minutes_per_user,
    conversationIntelligence: body.conversation_intelligence,
    voiceAgent: body.voice_agent,
  }
}

type GivenPackage = z.output<typeof Packages>[number]

/**
 * Package periods in the order of their start. Throws `not_possible` for a start out of range, or shared by two
 * packages.
 */
function periodsOf(packages: readonly GivenPackage[]): PackagePeriod[] {
  const periods = packages.map(({ id, from }) => ({ id, fromMicros: instantOf(from) }))
  const errors = periods.flatMap(({ fromMicros }, i): FieldFault[] => {
    const path = `/body/packages/${i}/from`
    if (!isExactInstant(fromMicros)) {
      return [{ path, code: 'out_of_range', detail: 'must be in the years 1685 to 2254' }]
    }
    const isSecond = periods.findIndex((period) => period.fromMicros === fromMicros) < i
    return isSecond ? [{ path, code: 'duplicate', detail: 'another package starts at the same instant' }] : []
  })
  if (errors.length > 0) throw ofFaults('not_possible', errors)
  return periods.toSorted((a, b) => a.fromMicros - b.fromMicros)
}

type NotOffered = { readonly misfits: readonly Misfit[] } | { readonly noCatalogInForce: true }

function notOffered(
  result: NotOffered,
  body: { readonly currency?: string; readonly packages?: readonly GivenPackage[] | undefined },
): ApiProblem {
  if ('noCatalogInForce' in result) {
    return new ApiProblem('no_catalog_in_force', 'no catalog is in force yet: publish one first')
  }
  return ofFaults(
    'not_possible',
    result.misfits.map((misfit) => fieldFault(misfit, body)),
  )
}

function fieldFault(misfit: Misfit, { currency, packages = [] }: Parameters<typeof notOffered>[1]): FieldFault {
  const { code } = misfit
  switch (misfit.code) {
    case 'unknown_tariff':
      return {
        path: '/body/tariff',
        code,
        detail: `tariff ${misfit.tariff} is missing from the catalog in force or from a later one`,
      }
    case 'currency_differs': {
      const detail = `tariff ${misfit.tariff} is in ${misfit.ofTariff}, but the account is in ${misfit.currency}`
      return { path: currency === undefined ? '/body/tariff' : '/body/currency', code, detail }
    }
    case 'unknown_package': {
      const { id, fromMicros } = misfit.period
      const index = packages.findIndex(({ from }) => instantOf(from) === fromMicros)
      const path = index < 0 ? '/body/packages' : `/body/packages/${index}/id`
      return { path, code, detail: `package ${id} is missing from the catalog in force or from a later one` }
    }
  }
}
