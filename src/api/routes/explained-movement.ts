/** One movement and why it cost what it cost, as reasons and figures without words. */
import { z } from 'zod'
import type { ChargeFacts } from '../../core/audit/charge-facts.ts'
import { ROUNDING_MODES } from '../../core/catalog/catalog.ts'
import { formatMoney } from '../../core/money.ts'
import { type PriceFacts, unroundedAmount } from '../../core/rating/price-facts.ts'
import { type ExplainedMovement, explainMovement, type RelatedUsage } from '../../ledger/audit/explain-movement.ts'
import { readPersonNames } from '../../ledger/changes/person-names.ts'
import type { MovementPayment } from '../../ledger/top-ups/read-payment-facts.ts'
import { callerOf } from '../access/authenticate.ts'
import { seesInFull } from '../access/permissions.ts'
import { ApiProblem } from '../protocol/problem.ts'
import { AccountParams, Instant, Money, moneyOrNull } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'
import { Movement, movementJson } from './movements.ts'

const Price = z
  .object({
    per_minute: Money.nullable(),
    per_unit: Money.nullable().meta({ description: 'Price of a fragment or an item.' }),
    connection_fee: Money.nullable().meta({ description: 'The connection fee of the rate. Null if it is not a call.' }),
    is_connection_fee_charged: z
      .boolean()
      .meta({ description: 'False if the package covered the first minutes of the call.' }),
    first_increment_seconds: z.int().nullable(),
    next_increment_seconds: z.int().nullable(),
    priced_seconds: z
      .int()
      .nullable()
      .meta({ description: 'Seconds to be priced: without covered minutes, before increments.' }),
    billed_seconds: z.int().nullable().meta({ description: 'Seconds after increments.' }),
    units: z.int().nullable().meta({ description: 'Number of fragments or items.' }),
    unrounded: z
      .string()
      .meta({ description: 'The amount before rounding, as a positive number with up to 12 decimals.' }),
    is_unrounded_exact: z
      .boolean()
      .meta({ description: 'False if its digits never end and were cut off after the twelfth decimal.' }),
  })
  .meta({
    id: 'AppliedPrice',
    description: 'Amount = (fee, if charged) + price x billed seconds / 60, or price x units.',
  })

const Charge = z
  .object({
    outcome: z.string().meta({ description: 'charged, reversed, ...' }),
    reason: z.string().meta({ description: 'The rule that decided; new values may be added.' }),
    tariff: z.string(),
    catalog_version: z.int().nullable().meta({ description: 'Null if none was needed, as for a correction.' }),
    settings_version: z.int(),
    quantity: z.int().meta({ description: 'The quantity used: seconds, fragments or items.' }),
    units: z.int().meta({ description: 'The priced quantity.' }),
    amount: Money.meta({ description: 'Positive if it takes credit, negative if it returns credit.' }),
    deck: z.string().nullable(),
    prefix: z.string().nullable(),
    destination: z.string().nullable(),
    destination_country: z.string().nullable(),
    destination_type: z.string().nullable(),
    caller_country: z.string().nullable(),
    package: z
      .object({
        id: z.string(),
        name: z.string().nullable(),
        region: z.string().nullable(),
        region_countries: z.array(z.string()).meta({ description: 'Countries that callers must be from.' }),
        countries: z.array(z.string()).meta({ description: 'Countries that calls are covered to.' }),
      })
      .nullable()
      .meta({ description: 'The package in force at the call. Null if there was none, or it is not a call.' }),
    fair_use: z
      .object({
        limit_minutes: z.int().nullable().meta({ description: 'Null if there is no limit.' }),
        is_own_limit: z.boolean(),
        minutes_left: z
          .int()
          .nullable()
          .meta({ description: 'Minutes left before the event. Null if there is no limit.' }),
        covered_minutes: z.int().meta({ description: 'Negative if minutes are returned.' }),
        cycle_start: z.iso.date(),
        cycle_end: z.iso.date().meta({ description: 'First day of the next cycle.' }),
      })
      .nullable()
      .meta({ description: 'Null if no minutes were counted.' }),
    price: Price.nullable().meta({ description: 'Null if nothing was priced.' }),
    rounding: z
      .object({ scale: z.int().meta({ description: 'Digits after the decimal point.' }), mode: z.enum(ROUNDING_MODES) })
      .nullable(),
    is_reproduced: z.boolean().nullable().meta({
      description: 'Whether recomputing gives the same decision. Null if too little is stored to recompute it.',
    }),
  })
  .meta({ id: 'Charge' })

const RelatedEvent = z.object({ event_id: z.string(), sequence: z.int().nullable(), occurred_at: Instant }).meta({
  id: 'RelatedEvent',
  description: 'An event with the sequence of its movement, which is null if it made none.',
})

const PersonName = z
  .string()
  .nullable()
  .meta({ description: "The person's name. Null if it is not known, or the caller may not see it." })

const Payment = z
  .object({
    top_up_id: z.string(),
    trigger: z.enum(['automatic', 'manual']),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Who requested it manually. Null for members, and if nobody did.' }),
    actor_name: PersonName,
    requested_at: Instant,
    card: z
      .object({ brand: z.string(), last4: z.string() })
      .nullable()
      .meta({ description: 'Null for members, and if it is not known.' }),
    statement_descriptor: z
      .string()
      .nullable()
      .meta({ description: "The text on the card's statement. Null for members, and if it is not configured." }),
    credited_at: Instant.nullable().meta({ description: 'When the payment became credit. Null if that is not known.' }),
    credited: Money,
    refunded: Money.meta({ description: 'The amount of the payment that has been refunded, as of now.' }),
    disputed: Money.meta({ description: 'The amount of the payment that disputes have withdrawn, as of now.' }),
    asked: z
      .object({
        balance: Money.meta({ description: 'The balance to which it had fallen.' }),
        threshold: Money,
        set_at: Instant.meta({ description: 'When these settings took effect.' }),
        set_by: z
          .string()
          .nullable()
          .meta({ description: 'Who set them. Null for members, and if that is not stored.' }),
        set_by_name: PersonName,
        consent: z
          .object({
            person: z.string(),
            person_name: PersonName,
            attested_by: z.string().nullable(),
            recorded_at: Instant,
          })
          .nullable()
          .meta({ description: 'The newest consent at that time. Null for members, and if there was none.' }),
      })
      .nullable()
      .meta({ description: 'Why an automatic top-up was requested. Null for a manual one.' }),
  })
  .meta({ id: 'MovementPayment' })

const ExplainedMovementSchema = Movement.extend({
  explanation: z
    .object({
      charge: Charge.nullable().meta({
        description: 'The charge of usage and reversals. Null if it is no longer stored.',
      }),
      corrects: RelatedEvent.nullable().meta({ description: 'The event that a reversal reverses.' }),
      corrected_by: RelatedEvent.nullable().meta({
        description: 'The correction that has since reversed this usage.',
      }),
      payment: Payment.nullable().meta({ description: 'The payment of top-ups, refunds and disputes.' }),
    })
    .meta({ id: 'Explanation' }),
}).meta({ id: 'ExplainedMovement' })

const Params = AccountParams.extend({
  sequence: z.string().regex(/^[1-9]\d{0,14}$/, { error: 'must be a whole number from 1' }),
})

export function addExplainedMovementRoutes(api: Api, context: ApiContext): void {
  const { writer, recentCatalogs, portal } = context
  const { pool } = writer
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/movements/:sequence',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'readMovement',
      tags: ['Credit'],
      summary: 'A movement and its explanation',
      description:
        'Explained by the recorded versions of settings and catalog, and recomputed to check that the decision is the same.',
      params: Params,
      response: { 200: ExplainedMovementSchema },
    },
    handler: async (request) => {
      const { account_id: accountId, sequence } = request.params
      const explained = await explainMovement(pool, recentCatalogs, accountId, BigInt(sequence))
      if (explained === null) {
        await refuseUnknownAccount(pool, accountId)
        throw new ApiProblem('not_found', `account ${accountId} has no movement ${sequence}`)
      }
      const { actor = null, asked = null } = explained.payment ?? {}
      return explainedJson(explained, {
        isInFull: seesInFull(callerOf(request)),
        names: await readPersonNames(pool, accountId, [actor, asked?.setBy ?? null, asked?.consent?.person ?? null]),
        statementDescriptor: portal?.statementDescriptor ?? null,
      })
    },
  })
}

/** What the answer depends on besides the movement: the caller, and names known to the installation. */
interface Seen {
  readonly isInFull: boolean
  readonly names: ReadonlyMap<string, string>
  readonly statementDescriptor: string | null
}

function explainedJson(
  { movement, charge, corrects, correctedBy, payment }: ExplainedMovement,
  seen: Seen,
): z.output<typeof ExplainedMovementSchema> {
  return {
    ...movementJson(movement, seen.isInFull),
    explanation: {
      charge: charge && chargeJson(charge),
      corrects: corrects && relatedJson(corrects),
      corrected_by: correctedBy && relatedJson(correctedBy),
      payment: payment && paymentJson(payment, seen),
    },
  }
}

function chargeJson(facts: ChargeFacts): z.output<typeof Charge> {
  const { package: pack, fairUse } = facts
  return {
    outcome: facts.outcome,
    reason: facts.reason,
    tariff: facts.tariff,
    catalog_version: facts.catalogVersion,
    settings_version: facts.settingsVersion,
    quantity: facts.quantity,
    units: facts.units,
    amount: formatMoney(facts.amountMicros),
    deck: facts.deck,
    prefix: facts.prefix,
    destination: facts.destination,
    destination_country: facts.destinationCountry,
    destination_type: facts.destinationType,
    caller_country: facts.callerCountry,
    package: pack && {
      id: pack.id,
      name: pack.name,
      region: pack.region,
      region_countries: [...pack.regionCountries],
      countries: [...pack.countries],
    },
    fair_use: fairUse && {
      limit_minutes: fairUse.limitMinutes,
      is_own_limit: fairUse.isOwnLimit,
      minutes_left: fairUse.minutesLeft,
      covered_minutes: fairUse.coveredMinutes,
      cycle_start: fairUse.cycleStart,
      cycle_end: fairUse.cycleEnd,
    },
    price: facts.price && priceJson(facts.price),
    rounding: facts.rounding && { scale: facts.rounding.scale, mode: facts.rounding.mode },
    is_reproduced: facts.isReproduced,
  }
}

const NO_MINUTES = {
  per_minute: null,
  connection_fee: null,
  is_connection_fee_charged: false,
  first_increment_seconds: null,
  next_increment_seconds: null,
  priced_seconds: null,
  billed_seconds: null,
} as const

function priceJson(price: PriceFacts): z.output<typeof Price> {
  const { decimal, isExact } = unroundedAmount(price)
  const sum = { unrounded: decimal, is_unrounded_exact: isExact }
  if (price.by === 'unit') {
    return { ...NO_MINUTES, per_unit: formatMoney(price.perUnitMicros), units: price.units, ...sum }
  }
  return {
    per_minute: formatMoney(price.perMinuteMicros),
    per_unit: null,
    connection_fee: moneyOrNull(price.connectionFeeMicros),
    is_connection_fee_charged: price.isFeeCharged,
    first_increment_seconds: price.increments.firstSeconds,
    next_increment_seconds: price.increments.nextSeconds,
    priced_seconds: price.pricedSeconds,
    billed_seconds: price.billedSeconds,
    units: null,
    ...sum,
  }
}

function relatedJson({ eventId, sequence, occurredAt }: RelatedUsage): z.output<typeof RelatedEvent> {
  return { event_id: eventId, sequence: sequence === null ? null : Number(sequence), occurred_at: occurredAt }
}

function paymentJson(payment: MovementPayment, seen: Seen): z.output<typeof Payment> {
  const { isInFull, statementDescriptor } = seen
  const { actor, card, asked } = payment
  const nameOf = (id: string | null) => (isInFull && id !== null ? (seen.names.get(id) ?? null) : null)
  const consent = asked?.consent ?? null
  return {
    top_up_id: payment.topUpId,
    trigger: payment.trigger,
    actor: isInFull ? actor : null,
    actor_name: nameOf(actor),
    requested_at: payment.requestedAt,
    card: isInFull ? card : null,
    statement_descriptor: isInFull ? statementDescriptor : null,
    credited_at: payment.creditedAt,
    credited: formatMoney(payment.creditedMicros),
    refunded: formatMoney(payment.refundedMicros),
    disputed: formatMoney(payment.disputedMicros),
    asked: asked && {
      balance: formatMoney(asked.balanceMicros),
      threshold: formatMoney(asked.thresholdMicros),
      set_at: asked.setAt,
      set_by: isInFull ? asked.setBy : null,
      set_by_name: nameOf(asked.setBy),
      consent:
        consent === null || !isInFull
          ? null
          : {
              person: consent.person,
              person_name: nameOf(consent.person),
              attested_by: consent.attestedBy,
              recorded_at: consent.recordedAt,
            },
    },
  }
}
