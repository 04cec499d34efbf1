/** Automatic top-up: its state and settings. Whatever could charge more needs the customer's consent. */
import { z } from 'zod'
import type { Bounds } from '../../core/bounds.ts'
import { formatInstant } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import type { AutoTopUpSettings } from '../../core/top-up/judge.ts'
import { TOP_UP_STATES } from '../../core/top-up/machine.ts'
import { needsAnotherMethod, whyPaused } from '../../core/top-up/memory.ts'
import { AUTO_TOP_UP_STATES, shownState } from '../../core/top-up/shown-state.ts'
import { saveAutoTopUp } from '../../ledger/top-ups/auto-top-up.ts'
import { readLastConsent } from '../../ledger/top-ups/consents.ts'
import { readOverview } from '../../ledger/top-ups/read-overview.ts'
import { callerOf, noAccount } from '../access/authenticate.ts'
import { actorOf, seesInFull } from '../access/permissions.ts'
import { etagOf, expectedVersion } from '../protocol/etags.ts'
import {
  AccountId,
  AccountParams,
  CurrencyCode,
  IdempotencyKey,
  IfMatchHeaders,
  Instant,
  Money,
  microsOf,
  microsOrNull,
  moneyOrNull,
} from '../protocol/schemas.ts'
import { CardFields, cardJson, codeFor, Why, whyFor } from '../views/top-up-views.ts'
import { consentOf, GivenConsent } from './consents.ts'
import type { Api, ApiContext } from './context.ts'
import { problemOfRefusal } from './top-up-refusals.ts'

const Settings = z
  .object({
    is_on: z.boolean(),
    threshold: Money.meta({ description: 'Top-ups are charged while the balance is below it.' }),
    amount: Money.meta({ description: 'The amount of each automatic top-up.' }),
    monthly_cap: Money.nullable().meta({ description: 'Maximum charged in a UTC month. Null for no cap.' }),
  })
  .meta({ id: 'AutoTopUpSettings' })

const BoundsOf = z.object({ min: Money, max: Money })

const AutoTopUp = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    state: z.enum(AUTO_TOP_UP_STATES),
    settings: Settings.nullable().meta({ description: 'Null if it was never set up.' }),
    pause: z
      .object({
        reason: z.string().nullable().meta({
          description:
            'declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; new values may be added. Null if the caller may not see it.',
        }),
        why: Why,
        code: z
          .string()
          .nullable()
          .meta({ description: 'The code of the bank or the provider. Only for services and operators.' }),
        since: Instant,
      })
      .nullable(),
    waits_for: z.string().nullable().meta({ description: 'monthly_cap, day_limit, or next_try after a decline.' }),
    waits_until: Instant.nullable(),
    charged_this_month: Money.meta({
      description:
        'Charged automatically in this UTC month, including payments that may still succeed. The cap is compared with this.',
    }),
    open_top_up: z
      .object({
        top_up_id: z.string(),
        state: z.enum(TOP_UP_STATES),
        is_being_canceled: z.boolean(),
        why: Why,
        next_try_at: Instant,
      })
      .nullable()
      .meta({ description: 'The automatic top-up that is not over yet.' }),
    method: z
      .object({ method_id: z.string(), ...CardFields })
      .nullable()
      .meta({ description: 'The default payment method, which is charged.' }),
    needs_another_method: z.boolean().meta({ description: 'Whether only another payment method ends the pause.' }),
    bounds: z.object({ threshold: BoundsOf, amount: BoundsOf }),
    last_consent: z.object({ person: z.string().nullable(), at: Instant }).nullable(),
  })
  .meta({ id: 'AutoTopUp' })

const WantedAutoTopUp = z
  .strictObject({
    is_on: z.boolean(),
    threshold: Money,
    amount: Money,
    monthly_cap: Money.nullable().meta({ description: 'Null for no cap.' }),
    consent: GivenConsent.nullable().meta({ description: 'Required for changes that could charge more than before.' }),
  })
  .meta({ id: 'WantedAutoTopUp' })

const SavedAutoTopUp = z
  .object({
    account_id: AccountId,
    settings: Settings,
    is_resumed: z.boolean().meta({ description: 'Whether it ended a pause.' }),
    is_top_up_due: z
      .boolean()
      .meta({ description: 'Whether the balance is below the threshold, so a top-up was requested at once.' }),
  })
  .meta({ id: 'SavedAutoTopUp' })

const SaveHeaders = IfMatchHeaders.extend({
  'idempotency-key': IdempotencyKey.optional().meta({
    description: 'Repeating the same key and content returns the first answer, whatever has changed since.',
  }),
})

const URL = '/v1/accounts/:account_id/auto-top-up'

export function addAutoTopUpRoutes(api: Api, context: ApiContext): void {
  addReadAutoTopUp(api, context)
  addSaveAutoTopUp(api, context)
}

function addReadAutoTopUp(api: Api, { writer, bounds }: ApiContext): void {
  api.route({
    method: 'GET',
    url: URL,
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readAutoTopUp',
      tags: ['Auto top-up'],
      summary: 'State and settings of automatic top-up',
      params: AccountParams,
      response: { 200: AutoTopUp },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const caller = callerOf(request)
      const [one, consent] = await Promise.all([
        readOverview(writer.pool, accountId),
        readLastConsent(writer.pool, accountId),
      ])
      if (one === null) throw noAccount(accountId)
      const { settings, open, method, memory, currency } = one
      const { pause } = memory
      const shown = shownState(one, Date.now() * 1000)
      const { threshold, payment } = bounds[currency]
      const isInFull = seesInFull(caller)
      return await reply.header('etag', etagOf(one.lastChange)).send({
        account_id: accountId,
        currency,
        state: shown.state,
        settings: settings && settingsJson(settings),
        pause: pause && {
          reason: isInFull ? pause.reason : null,
          why: whyFor(caller, whyPaused(pause)),
          code: codeFor(caller, pause.code),
          since: formatInstant(pause.sinceMicros),
        },
        waits_for: shown.waitsFor,
        waits_until: shown.untilMicros === null ? null : formatInstant(shown.untilMicros),
        charged_this_month: formatMoney(one.chargedThisMonthMicros),
        open_top_up: open && {
          top_up_id: open.topUpId,
          state: open.state,
          is_being_canceled: open.isBeingCanceled,
          why: whyFor(caller, open.reason),
          next_try_at: formatInstant(open.nextTryAtMicros),
        },
        method: method && { method_id: method.methodId, ...cardJson(caller, method) },
        needs_another_method: needsAnotherMethod(memory, one.methodId),
        bounds: { threshold: boundsJson(threshold), amount: boundsJson(payment) },
        last_consent: consent && { person: isInFull ? consent.person : null, at: consent.recordedAt },
      })
    },
  })
}

function addSaveAutoTopUp(api: Api, { writer, bounds }: ApiContext): void {
  api.route({
    method: 'PUT',
    url: URL,
    config: {
      access: { permission: 'write', of: 'account' },
      problems: [
        'account_closed',
        'needs_another_method',
        'changed_meanwhile',
        'not_possible',
        'consent_needed',
        'consent_differs',
        'request_key_reused',
        'if_match_required',
      ],
    },
    schema: {
      operationId: 'saveAutoTopUp',
      tags: ['Auto top-up'],
      summary: 'Set up, change, resume or turn off automatic top-up',
      description:
        'Saving with a consent ends a pause, even if nothing changes. If the balance is below the threshold, it charges at once. After it is turned off, a charge that has started still completes.',
      params: AccountParams,
      headers: SaveHeaders,
      body: WantedAutoTopUp,
      response: { 200: SavedAutoTopUp },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const { is_on: isOn, threshold, amount, monthly_cap: cap, consent } = request.body
      const caller = callerOf(request)
      const wanted = {
        settings: {
          isOn,
          thresholdMicros: microsOf(threshold),
          amountMicros: microsOf(amount),
          monthlyCapMicros: microsOrNull(cap),
        },
        consent: consent && consentOf(caller, consent),
        actor: actorOf(caller),
      }
      const { 'if-match': ifMatch, 'idempotency-key': key = null } = request.headers
      const saved = await saveAutoTopUp(writer, accountId, wanted, key, bounds, expectedVersion(ifMatch))
      if ('refused' in saved) throw problemOfRefusal(saved.refused, accountId)
      const { lastChangedVersion, settings, isResumed, isTopUpDue } = saved.answer
      return await reply.header('etag', etagOf({ version: lastChangedVersion })).send({
        account_id: accountId,
        settings: settingsJson(settings),
        is_resumed: isResumed,
        is_top_up_due: isTopUpDue,
      })
    },
  })
}

function settingsJson({ isOn, thresholdMicros, amountMicros, monthlyCapMicros }: AutoTopUpSettings) {
  return {
    is_on: isOn,
    threshold: formatMoney(thresholdMicros),
    amount: formatMoney(amountMicros),
    monthly_cap: moneyOrNull(monthlyCapMicros),
  }
}

function boundsJson({ minMicros, maxMicros }: Bounds) {
  return { min: formatMoney(minMicros), max: formatMoney(maxMicros) }
}
