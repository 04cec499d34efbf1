/** Explained movements, one for each kind of drawer. */
import type { ExplainedMovement, Movement } from '../src/credit/data.ts'
import { MOVEMENTS } from './planted-history.ts'

type Explanation = ExplainedMovement['explanation']
type Charge = NonNullable<Explanation['charge']>
type Price = NonNullable<Charge['price']>
type Payment = NonNullable<Explanation['payment']>

const PACKAGE: NonNullable<Charge['package']> = {
  id: 'eu-500',
  name: 'Europe 500',
  region: 'EU',
  region_countries: ['DE', 'AT'],
  countries: ['DE', 'AT', 'FR'],
}

const CALL_PRICE: Price = {
  per_minute: '0.013000',
  per_unit: null,
  connection_fee: '0.000000',
  is_connection_fee_charged: true,
  first_increment_seconds: 30,
  next_increment_seconds: 6,
  priced_seconds: 130,
  billed_seconds: 132,
  units: null,
  unrounded: '0.028600',
  is_unrounded_exact: true,
}

const CHARGE: Charge = {
  outcome: 'charged',
  reason: 'outside_package_countries',
  tariff: 'standard-eur',
  catalog_version: 7,
  settings_version: 3,
  quantity: 130,
  units: 132,
  amount: '0.028600',
  deck: 'outbound.csv',
  prefix: '+55',
  destination: 'Brazil fixed',
  destination_country: 'BR',
  destination_type: 'fixed',
  caller_country: 'DE',
  package: PACKAGE,
  fair_use: null,
  price: CALL_PRICE,
  rounding: { scale: 4, mode: 'half_up' },
  is_reproduced: true,
}

const UNIT_PRICE: Price = {
  ...CALL_PRICE,
  per_minute: null,
  per_unit: '0.049000',
  connection_fee: null,
  is_connection_fee_charged: false,
  first_increment_seconds: null,
  next_increment_seconds: null,
  priced_seconds: null,
  billed_seconds: null,
  units: 3,
  unrounded: '0.147000',
}

const FAIR_USE: NonNullable<Charge['fair_use']> = {
  limit_minutes: 500,
  is_own_limit: false,
  minutes_left: 2,
  covered_minutes: 2,
  cycle_start: '2026-07-01',
  cycle_end: '2026-08-01',
}

const PAYMENT: Payment = {
  top_up_id: 't-6',
  trigger: 'automatic',
  actor: null,
  actor_name: null,
  requested_at: '2026-07-14T03:12:00.000000Z',
  card: { brand: 'visa', last4: '4242' },
  statement_descriptor: 'HARBOR TELECOM',
  credited_at: '2026-07-14T03:12:20.000000Z',
  credited: '50.000000',
  refunded: '0.000000',
  disputed: '0.000000',
  asked: {
    balance: '24.800000',
    threshold: '25.000000',
    set_at: '2025-10-03T08:00:00.000000Z',
    set_by: 'ana',
    set_by_name: 'Ana Castillo',
    consent: {
      person: 'ana',
      person_name: 'Ana Castillo',
      attested_by: null,
      recorded_at: '2025-10-03T08:00:00.000000Z',
    },
  },
}

/** The payment before it was refunded or disputed, where that is a row of the list. */
const EARLIER: Payment = {
  ...PAYMENT,
  top_up_id: 't-2',
  requested_at: '2026-07-06T03:12:00.000000Z',
  credited_at: '2026-07-06T03:12:20.000000Z',
}

const BY_HAND: Payment = { ...PAYMENT, trigger: 'manual', actor: 'ana', actor_name: 'Ana Castillo', asked: null }

const [CALL, SMS, , TOP_UP, VOICE_AGENT, OTHER, TOLL_FREE, REVERSAL, ADJUSTMENT, DISPUTE] = MOVEMENTS as [
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
  Movement,
]

function explained(movement: Movement, explanation: Partial<Explanation>): ExplainedMovement {
  return {
    ...movement,
    explanation: { charge: null, corrects: null, corrected_by: null, payment: null, ...explanation },
  }
}

const inUse = (movement: Movement, usage: Partial<NonNullable<Movement['usage']>>): Movement => ({
  ...movement,
  usage: movement.usage && { ...movement.usage, ...usage },
})

/** A movement after the last row of the list. */
const LATER = {
  kind: 'refund',
  recorded_at: '2026-07-14T09:40:00Z',
  occurred_at: '2026-07-14T09:40:00Z',
  reverses_sequence: TOP_UP.sequence,
}

export const EXPLAINED = {
  outside: explained(CALL, { charge: CHARGE }),
  split: explained(
    {
      ...inUse(CALL, { quantity: 253, units: 133, destination: 'Germany mobile', number: '+49 170 1234567' }),
      amount: '-0.037700',
      balance_after: '42.160900',
    },
    {
      charge: {
        ...CHARGE,
        reason: 'fair_use_exceeded',
        quantity: 253,
        units: 133,
        amount: '0.037700',
        fair_use: FAIR_USE,
        price: {
          ...CALL_PRICE,
          per_minute: '0.017000',
          connection_fee: '0.050000',
          is_connection_fee_charged: false,
          first_increment_seconds: 1,
          next_increment_seconds: 1,
          priced_seconds: 133,
          billed_seconds: 133,
          unrounded: '0.037683333333',
          is_unrounded_exact: false,
        },
      },
    },
  ),
  reversed: explained(
    {
      ...inUse(CALL, { quantity: 305, units: 360, destination: 'Brazil mobile', interaction_id: 'int-7f3b0' }),
      amount: '-0.094000',
      balance_before: '39.243600',
      balance_after: '39.149600',
      occurred_at: '2026-07-12T06:31:00Z',
      recorded_at: '2026-07-12T06:31:00Z',
    },
    {
      charge: {
        ...CHARGE,
        reason: 'no_package',
        quantity: 305,
        units: 360,
        amount: '0.094000',
        package: null,
        price: {
          ...CALL_PRICE,
          connection_fee: '0.016000',
          first_increment_seconds: 60,
          next_increment_seconds: 60,
          priced_seconds: 305,
          billed_seconds: 360,
          unrounded: '0.094000',
        },
      },
      corrected_by: { event_id: 'c-1', sequence: REVERSAL.sequence, occurred_at: REVERSAL.occurred_at },
    },
  ),
  message: explained(inUse(SMS, { quantity: 3 }), {
    charge: {
      ...CHARGE,
      reason: 'message',
      quantity: 3,
      units: 3,
      amount: '0.147000',
      package: null,
      price: UNIT_PRICE,
    },
  }),
  tollFree: explained(
    inUse(TOLL_FREE, { quantity: 3_720, number: '+49 800 1234567', user_id: null, user_name: null }),
    {
      charge: {
        ...CHARGE,
        reason: 'toll_free_inbound',
        quantity: 3_720,
        units: 3_720,
        amount: '0.360000',
        package: null,
        price: {
          ...CALL_PRICE,
          per_minute: '0.005000',
          connection_fee: '0.050000',
          first_increment_seconds: 60,
          next_increment_seconds: 60,
          priced_seconds: 3_720,
          billed_seconds: 3_720,
          unrounded: '0.360000',
        },
      },
    },
  ),
  voiceAgent: explained(inUse(VOICE_AGENT, { quantity: 300, agent_id: 'front-desk' }), {
    charge: {
      ...CHARGE,
      reason: 'voice_agent',
      quantity: 300,
      units: 300,
      amount: '1.250000',
      package: null,
      price: {
        ...CALL_PRICE,
        per_minute: '0.250000',
        connection_fee: null,
        is_connection_fee_charged: false,
        first_increment_seconds: 1,
        next_increment_seconds: 1,
        priced_seconds: 300,
        billed_seconds: 300,
        unrounded: '1.250000',
      },
    },
  }),
  other: explained(
    inUse(OTHER, {
      quantity: 12,
      sku: 'number-lookup',
      interaction_id: 'a-very-long-interaction-id-of-a-system-that-does-not-break-them-0123456789abcdef',
    }),
    {
      charge: {
        ...CHARGE,
        reason: 'other_usage',
        quantity: 12,
        units: 12,
        amount: '0.048000',
        package: null,
        price: { ...UNIT_PRICE, per_unit: '0.004000', units: 12, unrounded: '0.048000' },
      },
    },
  ),
  notKept: explained(CALL, {}),
  reversal: explained(REVERSAL, {
    charge: {
      ...CHARGE,
      outcome: 'reversed',
      reason: 'correction',
      amount: '-0.094000',
      package: null,
      price: null,
      rounding: null,
    },
    corrects: { event_id: 'call-0', sequence: CALL.sequence, occurred_at: '2026-07-12T06:31:00.000000Z' },
  }),
  automatic: explained({ ...TOP_UP, balance_before: '24.800000', balance_after: '74.800000' }, { payment: PAYMENT }),
  byHand: explained(TOP_UP, { payment: { ...BY_HAND, refunded: '20.000000' } }),
  ofMember: explained(
    { ...TOP_UP, balance_before: '24.800000', balance_after: '74.800000' },
    {
      payment: {
        ...PAYMENT,
        card: null,
        statement_descriptor: null,
        asked: { ...PAYMENT.asked!, set_by: null, set_by_name: null, consent: null },
      },
    },
  ),
  refund: explained(
    { ...TOP_UP, ...LATER, amount: '-20.000000', balance_before: '42.170000', balance_after: '22.170000' },
    { payment: { ...BY_HAND, refunded: '20.000000' } },
  ),
  refundFailed: explained(
    { ...TOP_UP, ...LATER, amount: '20.000000', balance_before: '22.170000', balance_after: '42.170000' },
    { payment: BY_HAND },
  ),
  dispute: explained(
    { ...DISPUTE, reverses_sequence: TOP_UP.sequence },
    { payment: { ...EARLIER, disputed: '50.000000' } },
  ),
  disputeWon: explained(
    {
      ...DISPUTE,
      ...LATER,
      kind: 'dispute',
      amount: '50.000000',
      balance_before: '42.170000',
      balance_after: '92.170000',
    },
    { payment: EARLIER },
  ),
  adjustment: explained(ADJUSTMENT, {}),
} satisfies Record<string, ExplainedMovement>

const BY_KIND: Readonly<Record<string, ExplainedMovement>> = {
  call: EXPLAINED.outside,
  message: EXPLAINED.message,
  toll_free: EXPLAINED.tollFree,
  voice_agent: EXPLAINED.voiceAgent,
  other: EXPLAINED.other,
  correction: EXPLAINED.reversal,
  top_up: EXPLAINED.automatic,
  refund: EXPLAINED.refund,
  dispute: EXPLAINED.dispute,
  adjustment: EXPLAINED.adjustment,
}

/** Answers for a planted row as the API would. */
export async function readMovement(sequence: number): Promise<ExplainedMovement> {
  const row = MOVEMENTS.find((movement) => movement.sequence === sequence)
  if (row === undefined) throw new Error(`no movement ${sequence}`)
  const { explanation } = BY_KIND[row.usage?.type ?? row.kind] ?? EXPLAINED.notKept
  return { ...row, explanation }
}
