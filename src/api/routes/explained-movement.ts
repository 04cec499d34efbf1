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
    per_unit: Money.nullable().meta({ description: 'Of a fragment or an item' }),
    connection_fee: Money.nullable().meta({ description: 'As the rate has it; null: of no call' }),
    is_connection_fee_charged: z
      .boolean()
      .meta({ description: 'Not where the package covered the first minutes of the call' }),
    first_increment_seconds: z.int().nullable(),
    next_increment_seconds: z.int().nullable(),
    priced_seconds: z.int().nullable().meta({ description: 'Without covered minutes, before increments' }),
    billed_seconds: z.int().nullable().meta({ description: 'After increments' }),
    units: z.int().nullable().meta({ description: 'Fragments or items' }),
    unrounded: z.string().meta({ description: 'What it comes to before it is rounded, above zero: up to 12 decimals' }),
    is_unrounded_exact: z
      .boolean()
      .meta({ description: 'False: its digits never end, and were cut after the twelfth decimal' }),
  })
  .meta({ id: 'AppliedPrice', description: 'Amount = (fee, where charged) + price x billed seconds / 60, or x units' })

const Charge = z
  .object({
    outcome: z.string().meta({ description: 'charged, reversed, ...' }),
    reason: z.string().meta({ description: 'Which rule decided; there may be more one day' }),
    tariff: z.string(),
    catalog_version: z.int().nullable().meta({ description: 'Null where none was needed, as for a correction' }),
    settings_version: z.int(),
    quantity: z.int().meta({ description: 'As used: seconds, fragments or items' }),
    units: z.int().meta({ description: 'As priced' }),
    amount: Money.meta({ description: 'Above zero takes credit, below zero gives it back' }),
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
        region_countries: z.array(z.string()).meta({ description: 'Where callers have to be from' }),
        countries: z.array(z.string()).meta({ description: 'Where calls are covered to' }),
      })
      .nullable()
      .meta({ description: 'In force at the call; null: none, or no call' }),
    fair_use: z
      .object({
        limit_minutes: z.int().nullable().meta({ description: 'Null: no limit' }),
        is_own_limit: z.boolean(),
        minutes_left: z.int().nullable().meta({ description: 'Before it; null: no limit' }),
        covered_minutes: z.int().meta({ description: 'Below zero where they are given back' }),
        cycle_start: z.iso.date(),
        cycle_end: z.iso.date().meta({ description: 'First day of the next cycle' }),
      })
      .nullable()
      .meta({ description: 'Null where it was held against no minutes' }),
    price: Price.nullable().meta({ description: 'Null where nothing was priced' }),
    rounding: z
      .object({ scale: z.int().meta({ description: 'Digits after the point' }), mode: z.enum(ROUNDING_MODES) })
      .nullable(),
    is_reproduced: z
      .boolean()
      .nullable()
      .meta({ description: 'Whether deciding it again gives the same; null where too little is kept to decide again' }),
  })
  .meta({ id: 'Charge' })

const RelatedEvent = z
  .object({ event_id: z.string(), sequence: z.int().nullable(), occurred_at: Instant })
  .meta({ id: 'RelatedEvent', description: 'With the sequence of its movement; null: it made none' })

const PersonName = z.string().nullable().meta({ description: 'What they are called; null where nobody said' })

const Payment = z
  .object({
    top_up_id: z.string(),
    trigger: z.enum(['automatic', 'manual']),
    actor: z
      .string()
      .nullable()
      .meta({ description: 'Who asked for it by hand; null for members, and where nobody did' }),
    actor_name: PersonName,
    requested_at: Instant,
    card: z
      .object({ brand: z.string(), last4: z.string() })
      .nullable()
      .meta({ description: 'Null for members, and where it is not known' }),
    statement_descriptor: z
      .string()
      .nullable()
      .meta({ description: 'What the statement of the card says; null for members, and where it is not configured' }),
    credited_at: Instant.nullable().meta({ description: 'When the payment became credit; null where it is not known' }),
    credited: Money,
    refunded: Money.meta({ description: 'Of the payment, by now' }),
    disputed: Money.meta({ description: 'Of the payment, by now' }),
    asked: z
      .object({
        balance: Money.meta({ description: 'To which it had fallen' }),
        threshold: Money,
        set_at: Instant.meta({ description: 'Since when these settings were in force' }),
        set_by: z.string().nullable().meta({ description: 'Null for members, and where that is not kept' }),
        set_by_name: PersonName,
        consent: z
          .object({
            person: z.string(),
            person_name: PersonName,
            attested_by: z.string().nullable(),
            recorded_at: Instant,
          })
          .nullable()
          .meta({ description: 'The newest by then; null for members' }),
      })
      .nullable()
      .meta({ description: 'Why an automatic one was asked for; null of one by hand' }),
  })
  .meta({ id: 'MovementPayment' })

const ExplainedMovementSchema = Movement.extend({
  explanation: z
    .object({
      charge: Charge.nullable().meta({ description: 'Of usage and reversals; null where it is not kept any more' }),
      corrects: RelatedEvent.nullable().meta({ description: 'Of a reversal: what it takes back' }),
      corrected_by: RelatedEvent.nullable().meta({ description: 'Of usage that was taken back since' }),
      payment: Payment.nullable().meta({ description: 'Of top-ups, refunds and disputes' }),
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
      summary: 'A movement, and why it is what it is',
      description: 'From the recorded versions of settings and catalog, decided again to see that it gives the same.',
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
