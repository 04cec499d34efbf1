/** A movement with its explanation as the API returns it: an outbound call of one minute, changed as a test needs it. */
import type { Schema } from '../../src/api/client/client.ts'

export type Explained = Schema<'ExplainedMovement'>
type Explanation = Explained['explanation']
type Usage = NonNullable<Explained['usage']>
export type Charge = NonNullable<Explanation['charge']>
export type AppliedPrice = NonNullable<Charge['price']>

export const PRICE: AppliedPrice = {
  per_minute: '0.020000',
  per_unit: null,
  connection_fee: '0.050000',
  is_connection_fee_charged: true,
  first_increment_seconds: 60,
  next_increment_seconds: 60,
  priced_seconds: 60,
  billed_seconds: 60,
  units: null,
  unrounded: '0.070000',
  is_unrounded_exact: true,
}

export const CHARGE: Charge = {
  outcome: 'charged',
  reason: 'no_package',
  tariff: 'standard-eur',
  catalog_version: 1,
  settings_version: 1,
  quantity: 60,
  units: 60,
  amount: '0.070000',
  deck: 'outbound.csv',
  prefix: '+43',
  destination: 'Austria',
  destination_country: 'AT',
  destination_type: 'fixed',
  caller_country: 'DE',
  package: null,
  fair_use: null,
  price: PRICE,
  rounding: { scale: 4, mode: 'half_up' },
  is_reproduced: true,
}

export const PACKAGE: NonNullable<Charge['package']> = {
  id: 'eu-100',
  name: 'Europe 100',
  region: 'EU',
  region_countries: ['AT', 'DE'],
  countries: ['AT', 'DE'],
}

export const FAIR_USE: NonNullable<Charge['fair_use']> = {
  limit_minutes: 100,
  is_own_limit: false,
  minutes_left: 0,
  covered_minutes: 0,
  cycle_start: '2026-02-15',
  cycle_end: '2026-03-15',
}

export interface ExplainedChanges {
  readonly movement?: Partial<Omit<Explained, 'usage' | 'explanation'>>
  /** Null: it is not usage. */
  readonly usage?: Partial<Usage> | null
  readonly charge?: Partial<Charge>
  readonly explanation?: Partial<Explanation>
}

export function explained({ movement, usage = {}, charge = {}, explanation }: ExplainedChanges = {}): Explained {
  return {
    sequence: 2,
    kind: 'usage',
    amount: '-0.070000',
    balance_before: '10.000000',
    balance_after: '9.930000',
    currency: 'EUR',
    recorded_at: '2026-02-20T10:00:01.000000Z',
    occurred_at: '2026-02-20T10:00:00.000000Z',
    top_up_id: null,
    reverses_sequence: null,
    actor: null,
    reason: null,
    ...movement,
    usage: usage && {
      event_id: 'e1',
      type: 'call',
      interaction_id: 'e1',
      user_id: 'ann',
      user_name: 'Ann Example',
      channel: null,
      direction: 'outbound',
      sku: null,
      agent_id: null,
      corrects: null,
      quantity: 60,
      units: 60,
      destination: 'Austria',
      number: '+431234567',
      charge_reason: 'no_package',
      ...usage,
    },
    explanation: {
      charge: usage && { ...CHARGE, ...charge },
      corrects: null,
      corrected_by: null,
      payment: null,
      ...explanation,
    },
  }
}
