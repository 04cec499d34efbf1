/** A balance over time as the API would return it: a point per day, and top-ups where wanted. */
import type { BalanceHistory } from '../../../web/src/charts/geometry.ts'

const DAY_MS = 86_400_000
const FROM_MS = Date.parse('2026-06-01T00:00:00Z')

type TopUp = BalanceHistory['top_ups']['items'][number]

export interface PlantedTopUp {
  /** Days since the start. */
  readonly at: number
  readonly before: string
  readonly after: string
  readonly trigger?: TopUp['trigger']
}

/** The first balance is the opening one. */
export function historyOf(balances: readonly string[], topUps: readonly PlantedTopUp[] = []): BalanceHistory {
  const days = balances.slice(1)
  return {
    account_id: 'acme',
    currency: 'EUR',
    from: dateOf(0),
    to: dateOf(days.length),
    step: 'day',
    opening: balances[0]!,
    closing: balances.at(-1)!,
    points: balances.map((balance, day) => ({ at: instantOf(day), balance })),
    days: days.map((closing, day) => ({ date: dateOf(day), added: '0', used: '0', other: '0', closing })),
    top_ups: {
      count: topUps.length,
      added: '150.000000',
      items: topUps.map(({ at, before, after, trigger = 'automatic' }) => ({
        at: instantOf(at),
        amount: '50.000000',
        balance_before: before,
        balance_after: after,
        trigger,
      })),
    },
    epoch: 1,
    through_sequence: 12,
  }
}

function instantOf(days: number): string {
  return new Date(FROM_MS + days * DAY_MS).toISOString()
}

function dateOf(days: number): string {
  return instantOf(days).slice(0, 10)
}
