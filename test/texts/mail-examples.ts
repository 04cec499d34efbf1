/** An example of every kind of mail, and of every variant. */
import type { MailContent } from '../../src/texts/mail-text.ts'

const AT = '2026-11-26T11:00:00.000000Z'
const LATER = '2026-11-27T11:00:00.000000Z'
const METHOD = { method_id: 'visa' }
const PERIOD = {
  ...{ export_id: 'e-1', from: '2026-09-30T22:00:00.000000Z', to: '2026-10-31T23:00:00.000000Z' },
  time_zone: 'Europe/Berlin',
}
const TOP_UP = { kind: 'top_up', trigger: 'automatic', amount: '50.000000', at: AT, ...METHOD } as const
const PAUSED = { since: AT, balance: '8.000000', needs_another_method: false, ...METHOD } as const

export const MAIL_EXAMPLES: readonly MailContent[] = [
  { kind: 'low', figures: { balance: '8.004999', level: '10.000000', at: AT, by: 'balance' } },
  { kind: 'low', figures: { balance: '0.004000', level: '10.000000', at: AT, by: 'level' } },
  { kind: 'custom_level', figures: { balance: '50.000000', level: '60.000000', at: AT, by: 'balance' } },
  { kind: 'exhausted', figures: { balance: '-3.419999', owed: '3.420000', at: AT } },
  { kind: 'exhausted', figures: { balance: '0.000000', owed: '0.000000', at: AT } },
  { kind: 'credit_added', figures: { ...TOP_UP, balance: '58.000000', calls: null } },
  { kind: 'credit_added', figures: { ...TOP_UP, balance: '46.580001', calls: 'work_again' } },
  { kind: 'credit_added', figures: { ...TOP_UP, trigger: 'manual', balance: '-3.419999', calls: 'still_blocked' } },
  { kind: 'credit_added', figures: { ...TOP_UP, kind: 'dispute_won', balance: '58.000000', calls: null } },
  { kind: 'credit_added', figures: { ...TOP_UP, kind: 'refund_failed', balance: '58.000000', calls: null } },
  {
    kind: 'declined',
    figures: {
      ...{ trigger: 'automatic', amount: '50.000000', why: 'funds', balance: '8.000000', ...METHOD },
      next_try: { number: 2, of_tries: 3, at: LATER },
    },
  },
  {
    kind: 'declined',
    figures: {
      ...{ trigger: 'manual', amount: '50.000000', why: 'no_reason', balance: '-3.419999', ...METHOD },
      next_try: null,
    },
  },
  { kind: 'approval', figures: { amount: '50.000000', until: LATER } },
  { kind: 'paused', figures: { ...PAUSED, reason: 'declined', why: 'funds' } },
  { kind: 'paused', figures: { ...PAUSED, reason: 'card_stopped', why: 'hard', needs_another_method: true } },
  { kind: 'paused', figures: { ...PAUSED, reason: 'restored', why: null, method_id: null, balance: '0.000000' } },
  {
    kind: 'taken_back',
    figures: {
      ...{ reason: 'disputed', amount: '50.000000', paid_at: AT, balance: '-41.995000' },
      ...{ is_paused: true, needs_another_method: true },
    },
  },
  {
    kind: 'taken_back',
    figures: {
      ...{ reason: 'refunded', amount: '50.000000', paid_at: AT, balance: '8.000000' },
      ...{ is_paused: false, needs_another_method: false },
    },
  },
  {
    kind: 'limit_reached',
    figures: {
      ...{ limit: 'monthly_cap', until: '2026-12-01T00:00:00.000000Z', amount: '50.000000', cap: '300.000000' },
      ...{ attempts_in_24_hours: 5, balance: '8.000000' },
    },
  },
  {
    kind: 'limit_reached',
    figures: {
      ...{ limit: 'day_limit', until: LATER, amount: '50.000000', cap: null },
      ...{ attempts_in_24_hours: 5, balance: '8.000000' },
    },
  },
  { kind: 'method_expiring', figures: { expires_on: '2026-12-31', ...METHOD } },
  {
    kind: 'export_ready',
    figures: {
      ...{ ...PERIOD, opening: '12.100000', added: '150.000000', used: '-140.020000', other: '0.000000' },
      ...{ closing: '22.080000', rows: 12_345, until: LATER },
    },
  },
  { kind: 'export_failed', figures: PERIOD },
]
