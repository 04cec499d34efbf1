/** Movements and payments of the account in planted.ts. */
import type { Movement, Payment } from '../src/credit/data.ts'
import type { HistoryModel } from '../src/credit/history.tsx'
import { NO_FILTER } from '../src/movements/filter.ts'
import type { FoundMovements, MovementsModel } from '../src/movements/found.ts'
import { ACCOUNT, ready, VISA } from './planted.ts'

interface Row {
  readonly amount: string
  readonly after: string
  readonly at: string
  readonly recordedAt?: string
  readonly kind?: string
  readonly usage?: Partial<NonNullable<Movement['usage']>>
  readonly actor?: string
  readonly reason?: string
}

const ROWS: readonly Row[] = [
  {
    amount: '-0.028600',
    after: '42.170000',
    at: '2026-07-14T09:31:00Z',
    usage: { destination: 'Brazil fixed', number: '+55 11 3333 4444', quantity: 130, units: 132 },
  },
  {
    amount: '-0.147000',
    after: '42.198600',
    at: '2026-07-14T09:12:00Z',
    usage: { type: 'message', channel: 'sms', units: 3, destination: 'France mobile', number: '+33 6 12 34 56 78' },
  },
  {
    amount: '-0.240000',
    after: '42.345600',
    at: '2026-07-13T21:50:00Z',
    recordedAt: '2026-07-14T06:10:00Z',
    usage: { type: 'conversation_intelligence', units: 720, destination: null, number: null },
  },
  { amount: '50.000000', after: '42.585600', at: '2026-07-14T03:12:00Z', kind: 'top_up' },
  {
    amount: '-1.250000',
    after: '-7.414400',
    at: '2026-07-14T02:48:00Z',
    usage: { type: 'voice_agent', units: 300, user_id: null, user_name: null, destination: null, number: null },
  },
  {
    amount: '-0.048000',
    after: '-6.164400',
    at: '2026-07-13T17:20:00Z',
    usage: { type: 'other', sku: 'number-lookup', units: 12, user_id: null, user_name: null, destination: null },
  },
  {
    amount: '-0.360000',
    after: '-6.116400',
    at: '2026-07-13T16:05:00Z',
    usage: { type: 'toll_free', direction: 'inbound', units: 3_720, destination: 'Germany toll-free', number: null },
  },
  {
    amount: '0.094000',
    after: '-5.756400',
    at: '2026-07-13T15:00:00Z',
    kind: 'reversal',
    usage: { type: 'correction', units: 0, destination: null },
  },
  {
    amount: '5.000000',
    after: '-5.850400',
    at: '2026-07-12T11:00:00Z',
    kind: 'adjustment',
    actor: 'support@harbor.example',
    reason: 'Goodwill for the outage of 11 July',
  },
  { amount: '-50.000000', after: '-10.850400', at: '2026-07-12T07:00:00Z', kind: 'dispute' },
]

/** The balance before the oldest row. */
const OPENING = '39.149600'

export const MOVEMENTS: readonly Movement[] = ROWS.map(movementOf)

function movementOf(row: Row, at: number): Movement {
  const { amount, after, kind = 'usage', usage } = row
  return {
    sequence: 4_102 - at,
    kind,
    amount,
    balance_before: ROWS[at + 1]?.after ?? OPENING,
    balance_after: after,
    currency: 'EUR',
    recorded_at: row.recordedAt ?? row.at,
    occurred_at: row.at,
    usage:
      usage === undefined
        ? null
        : {
            event_id: `call-${at}`,
            type: 'call',
            interaction_id: `int-7f3a${at}`,
            user_id: 'u-12',
            user_name: 'Jonas Weber',
            channel: null,
            direction: 'outbound',
            sku: null,
            agent_id: null,
            corrects: null,
            quantity: 65,
            units: 66,
            destination: null,
            number: null,
            charge_reason: 'outside_package_countries',
            ...usage,
          },
    top_up_id: kind === 'top_up' ? 't-6' : null,
    reverses_sequence: null,
    actor: row.actor ?? null,
    reason: row.reason ?? null,
  }
}

const PAYMENT: Payment = {
  top_up_id: 't-6',
  account_id: ACCOUNT,
  trigger: 'automatic',
  state: 'succeeded',
  is_being_canceled: false,
  reason: null,
  why: null,
  amount: '50.000000',
  currency: 'EUR',
  method_id: 'pm-1',
  requested_by: null,
  requested_at: '2026-07-14T03:12:00.000000Z',
  updated_at: '2026-07-14T03:12:20.000000Z',
  next_try_at: null,
  action_until: null,
}

export const PAYMENTS: readonly Payment[] = [
  { ...PAYMENT, top_up_id: 't-9', state: 'needs_action', requested_at: '2026-07-14T09:40:00Z' },
  {
    ...PAYMENT,
    top_up_id: 't-8',
    state: 'processing',
    trigger: 'manual',
    requested_by: 'Ana Castillo',
    requested_at: '2026-07-14T09:25:00Z',
  },
  { ...PAYMENT, top_up_id: 't-7', state: 'unknown', requested_at: '2026-07-14T09:10:00Z' },
  PAYMENT,
  { ...PAYMENT, top_up_id: 't-5', state: 'failed', why: 'funds', requested_at: '2026-07-13T03:12:00Z' },
  { ...PAYMENT, top_up_id: 't-4', state: 'failed', why: 'authentication', requested_at: '2026-07-12T03:12:00Z' },
  { ...PAYMENT, top_up_id: 't-3', state: 'canceled', trigger: 'manual', requested_at: '2026-07-02T03:12:00Z' },
]

const nothing = () => undefined

export function foundMovements(items: readonly Movement[]): FoundMovements {
  return { items, count: items.length, isMore: false }
}

export const MOVEMENTS_MODEL: MovementsModel = {
  found: ready({ items: MOVEMENTS, count: 1_000, isMore: true, onShowMore: nothing }),
  filter: NO_FILTER,
  onFilter: nothing,
  users: ready({
    users: [
      { id: 'u-12', name: 'Jonas Weber' },
      { id: 'u-7', name: 'Ana Castillo' },
      { id: 'u-31', name: 'Jonas Weber' },
      { id: 'u-40', name: null },
    ],
    isAll: false,
  }),
  onUsersWanted: nothing,
}

export const HISTORY: Omit<HistoryModel, 'readMovement'> = {
  movements: MOVEMENTS_MODEL,
  payments: ready({ items: PAYMENTS }),
  methods: ready([VISA]),
  isSandbox: true,
}
