/** Chart data of the account in planted.ts, and of accounts whose charts are hard to draw. */

import type { BalanceHistory } from '../src/charts/geometry.ts'
import type { UsageBy, UsageSummary } from '../src/charts/words.ts'
import { MS_PER_DAY } from '../src/format/days.ts'
import { ACCOUNT, NOW } from './planted.ts'

const TOMS_PER_DAY = Date.parse(`${NOW.slice(0, 10)}T00:00:00Z`)

interface Course {
  readonly days?: 7 | 30 | 90
  readonly opening: number
  readonly usedOn: (day: number) => number
  /** An automatic top-up whenever the balance is below the threshold. */
  readonly automatic?: { readonly threshold: number; readonly amount: number }
  readonly byHand?: readonly { readonly day: number; readonly hour: number; readonly amount: number }[]
  readonly otherOn?: (day: number) => number
}

/** A balance history; usage is spread evenly over each day. */
export function history(course: Course): BalanceHistory {
  const { days = 30, opening, usedOn, automatic, byHand = [], otherOn = () => 0 } = course
  const fromMs = TOMS_PER_DAY - (days - 1) * MS_PER_DAY
  let balance = opening
  const items: BalanceHistory['top_ups']['items'] = []
  const rows = Array.from({ length: days }, (_, day): BalanceHistory['days'][number] => {
    let added = 0
    const topUp = (hour: number, amount: number, trigger: 'automatic' | 'manual') => {
      items.push({
        at: instant(fromMs + day * MS_PER_DAY + hour * 3_600_000),
        amount: money(amount),
        balance_before: money(balance),
        balance_after: money(balance + amount),
        trigger,
      })
      balance += amount
      added += amount
    }
    for (let hour = 0; hour < 24; hour++) {
      balance -= usedOn(day) / 24
      if (automatic && balance < automatic.threshold) topUp(hour, automatic.amount, 'automatic')
      for (const one of byHand) if (one.day === day && one.hour === hour) topUp(hour, one.amount, 'manual')
    }
    balance += otherOn(day)
    return {
      date: instant(fromMs + day * MS_PER_DAY).slice(0, 10),
      added: money(added),
      used: money(usedOn(day)),
      other: money(otherOn(day)),
      closing: money(balance),
    }
  })
  const points = rows.map(({ closing }, day) => ({ at: instant(fromMs + (day + 1) * MS_PER_DAY), balance: closing }))
  const added = items.reduce((sum, { amount }) => sum + Number(amount), 0)
  return {
    account_id: ACCOUNT,
    currency: 'EUR',
    from: rows[0]!.date,
    to: instant(TOMS_PER_DAY + MS_PER_DAY).slice(0, 10),
    step: 'day',
    opening: money(opening),
    closing: money(balance),
    points: [
      { at: instant(fromMs), balance: money(opening) },
      ...points.slice(0, -1),
      { at: NOW, balance: money(balance) },
    ],
    days: rows,
    top_ups: { count: items.length, added: money(added), items },
    epoch: 1,
    through_sequence: 4_102,
  }
}

const AUTOMATIC = { threshold: 25, amount: 50 }
const weekly = (day: number) => (day % 7 === 3 || day % 7 === 4 ? 1.3 : 5.6 + ((day * 7) % 5) / 4)

/** Ends with the planted balance. */
export const HEALTHY = history({
  opening: 67.27,
  usedOn: weekly,
  automatic: AUTOMATIC,
  byHand: [{ day: 15, hour: 9, amount: 20 }],
})

export const BELOW_ZERO = history({
  opening: 58.2,
  usedOn: (day) => (day > 20 ? 6.4 : weekly(day) * 0.6),
  byHand: [{ day: 27, hour: 10, amount: 40 }],
  otherOn: (day) => (day === 11 ? -25 : 0),
})

export const DENSE = history({
  days: 90,
  opening: 40,
  usedOn: (day) => 32 + 150 * Math.sin(day / 20) ** 4,
  automatic: AUTOMATIC,
})

export const FLAT = history({ opening: 25, usedOn: () => 0 })

export const HUGE = history({
  opening: 9_812_345.67,
  usedOn: (day) => 391_234.5 + day * 3_211,
  byHand: [{ day: 14, hour: 12, amount: 2_500_000 }],
})

export const NO_HISTORY: BalanceHistory = { ...history({ opening: 0, usedOn: () => 0 }), through_sequence: 0 }

type Part = readonly [id: string | null, used: number, name?: string]

export function usage(by: UsageBy, parts: readonly Part[], others?: { count: number; used: number }): UsageSummary {
  const sum = parts.reduce((total, [, used]) => total + used, others?.used ?? 0)
  const of = (used: number) => ({
    used: money(used),
    reversed: '0.000000',
    movements: used === 0 ? 0 : 12,
    units: null,
  })
  return {
    account_id: ACCOUNT,
    currency: 'EUR',
    by,
    from: HEALTHY.from,
    to: HEALTHY.to,
    items: parts.map(([id, used, name]) => ({ id, name: name ?? null, ...of(used) })),
    other: { count: others?.count ?? 0, ...of(others?.used ?? 0) },
    total: of(sum),
    epoch: 1,
    through_sequence: 4_102,
  }
}

export const BY_KIND = usage('kind', [
  ['call', 91.8346],
  ['voice_agent', 31.75],
  ['sms', 12.1474],
  ['toll_free', 6.36],
  ['conversation_intelligence', 2.72],
  ['other', 0.288],
])

/** Usage to match a history: nearly all of it calls. */
export function usageOf({ days, from, to }: BalanceHistory): UsageSummary {
  const used = days.reduce((sum, day) => sum + Number(day.used), 0)
  const sms = Math.floor(used * 8) / 100
  const parts = usage('kind', [
    ['call', used - sms],
    ['sms', sms],
  ])
  return { ...parts, from, to }
}

export const BY_USER = usage(
  'user',
  [
    ['u-12', 52.1, 'Jonas Weber'],
    [null, 31.75],
    ['u-3', 22.4, 'Ana Castillo'],
    ['u-7', 14.02, 'Mireille Dubois-Lefèvre'],
    ['u-9', 8.8, 'Ben Okafor'],
    ['u-31', 6.1],
    ['u-4', 4.2, 'Łucja Wiśniewska'],
    ['u-18', 2.9, '山田 太郎'],
  ],
  { count: 14, used: 2.83 },
)

export const LONG_NAMES = usage(
  'destination',
  [
    ['Saint Helena, Ascension and Tristan da Cunha, premium and shared-cost numbers', 41.2],
    ['number-lookup-with-carrier-and-caller-name-and-portability-history', 22.75],
    ['Bosnia and Herzegovina mobile, Telekom Srpske', 12.5],
    ['France', 0.004],
  ],
  { count: 288, used: 68.646 },
)

export const HUGE_USAGE = usage('kind', [
  ['call', 11_234_567.89],
  ['voice_agent', 1_899_252.11],
])

export const NO_USAGE: UsageSummary = { ...usage('kind', []), through_sequence: 0 }

function money(amount: number): string {
  return (Math.round(amount * 1e6) / 1e6).toFixed(6)
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`
}
