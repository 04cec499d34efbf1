/** Saved cards. Card data is entered only at the provider: a setup is a visit to its page and back. */
import { z } from 'zod'
import { type MethodSetup, readMethodSetup, requestMethodSetup } from '../../ledger/top-ups/method-setups.ts'
import { chooseDefaultMethod, readSavedMethods, removePaymentMethod } from '../../ledger/top-ups/payment-methods.ts'
import { checkSetup, openSetupPage } from '../../payments/method-setups.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf } from '../access/permissions.ts'
import { AccountParams, Id, IdempotencyHeaders, Instant } from '../protocol/schemas.ts'
import { CardFields, cardJson } from '../views/top-up-views.ts'
import { consentForNewMethodOf, consentOf, GivenConsent, GivenConsentForNewMethod } from './consents.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'
import { ReturnUrl, returnUrlOf } from './return-urls.ts'
import { noSuch, problemOfRefusal, providerUnavailable } from './top-up-refusals.ts'

const PaymentMethod = z
  .object({
    method_id: z.string(),
    provider: z.string(),
    ...CardFields,
    is_default: z.boolean().meta({ description: 'Whether automatic top-ups charge it.' }),
  })
  .meta({ id: 'PaymentMethod' })

const PaymentMethods = z.object({ items: z.array(PaymentMethod) }).meta({ id: 'PaymentMethods' })

const MethodParams = AccountParams.extend({ method_id: Id })
const SetupParams = AccountParams.extend({ setup_id: Id })

const WantedMethodSetup = z
  .strictObject({
    return_url: ReturnUrl,
    make_default: z.boolean().meta({ description: 'Whether automatic top-ups charge the card from then on.' }),
    consent: GivenConsentForNewMethod.nullable().meta({
      description: 'Required if the card is to become the default of an account whose automatic top-up is on.',
    }),
  })
  .meta({ id: 'WantedMethodSetup' })

const OpenedMethodSetup = z
  .object({
    setup_id: z.string(),
    url: z.string().meta({ description: "The provider's page, where the card is entered." }),
    state: z.literal('open'),
    expires_at: Instant,
  })
  .meta({ id: 'OpenedMethodSetup' })

const ShownMethodSetup = z
  .object({
    setup_id: z.string(),
    url: z.string().nullable().meta({ description: 'Null if the provider has not returned its page yet.' }),
    state: z.enum(['open', 'saved', 'canceled', 'expired']),
    expires_at: Instant.nullable(),
    method_id: z.string().nullable().meta({ description: 'Id of the card, once it is saved.' }),
    is_default: z.boolean().nullable(),
    refusal: z.string().nullable().meta({
      description:
        'Why the card did not become the default as requested (consent_needed, consent_differs) or was not saved (account_closed).',
    }),
  })
  .meta({ id: 'MethodSetup' })

const WantedDefault = z
  .strictObject({
    consent: GivenConsent.nullable().meta({ description: 'Required while automatic top-up is on.' }),
  })
  .meta({ id: 'WantedDefaultMethod' })

const ChosenMethod = z
  .object({
    method_id: z.string(),
    is_default: z.boolean(),
    is_resumed: z.boolean().meta({ description: 'Whether it ended a pause that was caused by declines.' }),
  })
  .meta({ id: 'ChosenMethod' })

const RemovedMethod = z
  .object({
    method_id: z.string(),
    auto_top_up_turned_off: z
      .boolean()
      .meta({ description: 'Whether automatic top-up charged this card and is now turned off.' }),
  })
  .meta({ id: 'RemovedMethod' })

const URL = '/v1/accounts/:account_id/payment-methods'
const SETUPS_URL = '/v1/accounts/:account_id/payment-method-setups'

/** Where the provider's page returns the customer to. */
export function setupReturnPage({ publicUrl }: Pick<ApiContext, 'publicUrl'>, setupId: string): string {
  return `${publicUrl()}/return/payment-method?setup=${encodeURIComponent(setupId)}`
}

export function addPaymentMethodRoutes(api: Api, context: ApiContext): void {
  addListPaymentMethods(api, context)
  addCreatePaymentMethodSetup(api, context)
  addReadPaymentMethodSetup(api, context)
  addChooseDefaultPaymentMethod(api, context)
  addRemovePaymentMethod(api, context)
}

function addListPaymentMethods(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'listPaymentMethods',
      tags: ['Payment methods'],
      summary: 'Saved cards, oldest first',
      params: AccountParams,
      response: { 200: PaymentMethods },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const caller = callerOf(request)
      const methods = await readSavedMethods(writer.pool, accountId)
      if (methods.length === 0) await refuseUnknownAccount(writer.pool, accountId)
      return {
        items: methods.map((method) => ({
          method_id: method.methodId,
          provider: method.provider,
          ...cardJson(caller, method),
          is_default: method.isDefault,
        })),
      }
    },
  })
}

function addCreatePaymentMethodSetup(api: Api, context: ApiContext): void {
  const { writer, provider, log } = context
  api.route({
    method: 'POST',
    url: SETUPS_URL,
    config: {
      access: { permission: 'write', of: 'account' },
      problems: [
        'account_closed',
        'not_possible',
        'consent_needed',
        'consent_differs',
        'request_key_reused',
        'provider_unavailable',
      ],
    },
    schema: {
      operationId: 'createPaymentMethodSetup',
      tags: ['Payment methods'],
      summary: "Start a visit to the provider's page, where a card is entered",
      description:
        'Send the customer to `url`. The card is saved when they are done, whether or not their browser returns.',
      params: AccountParams,
      headers: IdempotencyHeaders,
      body: WantedMethodSetup,
      response: { 201: OpenedMethodSetup },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const { return_url: returnUrl, make_default: makesDefault, consent } = request.body
      const caller = callerOf(request)
      const requested = await requestMethodSetup(
        writer,
        {
          accountId,
          provider: provider.name,
          returnUrl: returnUrlOf(returnUrl, context),
          makesDefault,
          consent: consent && consentForNewMethodOf(caller, consent),
          actor: actorOf(caller),
        },
        request.headers['idempotency-key'],
      )
      if ('refused' in requested) throw problemOfRefusal(requested.refused, accountId)
      const { setupId } = requested.answer
      const opened = await openSetupPage(writer, provider, { setupId, returnPage: setupReturnPage(context, setupId) })
      if (opened.kind !== 'page') {
        log.error(
          { setup_id: setupId, answer: opened.kind, detail: opened.detail },
          'the provider refused to open a page for a card',
        )
        throw providerUnavailable(opened.kind === 'unavailable' ? opened.retryAfterMicros : null)
      }
      const { url, expiresAt } = opened.page
      const location = `/v1/accounts/${encodeURIComponent(accountId)}/payment-method-setups/${setupId}`
      return await reply
        .code(201)
        .header('location', location)
        .send({ setup_id: setupId, url, state: 'open', expires_at: expiresAt })
    },
  })
}

function addReadPaymentMethodSetup(api: Api, { writer, provider }: ApiContext): void {
  api.route({
    method: 'GET',
    url: `${SETUPS_URL}/:setup_id`,
    // `write`, because anyone with the address of a setup can add a card.
    config: { access: { permission: 'write', of: 'account' }, writes: true },
    schema: {
      operationId: 'readPaymentMethodSetup',
      tags: ['Payment methods'],
      summary: 'The result of a visit to the provider’s page',
      description:
        'While the visit is open, the provider is asked, and a card that was entered is saved before the answer.',
      params: SetupParams,
      response: { 200: ShownMethodSetup },
    },
    handler: async (request) => {
      const { account_id: accountId, setup_id: setupId } = request.params
      const stored = await readMethodSetup(writer.pool, setupId)
      if (stored === null || stored.accountId !== accountId) throw noSuch('payment method setup', setupId)
      const looked = await checkSetup(writer, provider, stored)
      // If the provider does not answer, show what is stored.
      return setupJson(looked.kind === 'setup' ? looked.setup : stored)
    },
  })
}

function addChooseDefaultPaymentMethod(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'PUT',
    url: `${URL}/:method_id/default`,
    config: {
      access: { permission: 'write', of: 'account' },
      problems: ['account_closed', 'not_possible', 'consent_needed', 'consent_differs'],
    },
    schema: {
      operationId: 'chooseDefaultPaymentMethod',
      tags: ['Payment methods'],
      summary: 'Make a card the default',
      params: MethodParams,
      body: WantedDefault,
      response: { 200: ChosenMethod },
    },
    handler: async (request) => {
      const { account_id: accountId, method_id: methodId } = request.params
      const { consent } = request.body
      const wanted = { accountId, methodId, consent: consent && consentOf(callerOf(request), consent) }
      const chosen = await chooseDefaultMethod(writer, wanted)
      if ('refused' in chosen) {
        if (chosen.refused === 'unknown_method') throw noSuch('payment method', methodId)
        throw problemOfRefusal(chosen.refused, accountId)
      }
      return { method_id: methodId, is_default: chosen.answer.isDefault, is_resumed: chosen.answer.isResumed }
    },
  })
}

function addRemovePaymentMethod(api: Api, { writer }: ApiContext): void {
  api.route({
    method: 'DELETE',
    url: `${URL}/:method_id`,
    config: { access: { permission: 'write', of: 'account' } },
    schema: {
      operationId: 'removePaymentMethod',
      tags: ['Payment methods'],
      summary: 'Remove a saved card',
      description: 'If automatic top-up charges this card, it is turned off: no other card takes its place.',
      params: MethodParams,
      response: { 200: RemovedMethod },
    },
    handler: async (request) => {
      const { account_id: accountId, method_id: methodId } = request.params
      const removed = await removePaymentMethod(writer, { accountId, methodId, actor: actorOf(callerOf(request)) })
      if ('refused' in removed) throw noAccount(accountId)
      if (removed.answer === null) throw noSuch('payment method', methodId)
      return { method_id: methodId, auto_top_up_turned_off: removed.answer.isTurnedOff }
    },
  })
}

function setupJson({
  setupId,
  page,
  state,
  methodId,
  isDefault,
  refusal,
}: MethodSetup): z.output<typeof ShownMethodSetup> {
  return {
    setup_id: setupId,
    url: page?.url ?? null,
    state,
    expires_at: page?.expiresAt ?? null,
    method_id: state === 'saved' ? methodId : null,
    is_default: isDefault,
    refusal,
  }
}
