/** The balance over time, for charts: its course, what moved it each day, and top-ups. */
import { z } from 'zod'
import { formatDate, formatInstant, MICROS_PER_DAY } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { type BalanceHistory, MAX_TOP_UPS, readBalanceHistory } from '../../reporting/read-balance-history.ts'
import { notPossible } from '../protocol/problem.ts'
import { AccountId, AccountParams, CalendarDate, CurrencyCode, Instant, Money } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { DaysQuery, Epoch, foundOrRefuse, periodOf, Through } from './usage.ts'

/** Limits the points of an hourly chart to those of a daily one over a year. */
const MAX_DAYS_BY_HOUR = 15

const HistoryQuery = DaysQuery.extend({
  step: z
    .enum(['hour', 'day'])
    .default('day')
    .meta({ description: `The time between two points. With hour, the period is at most ${MAX_DAYS_BY_HOUR} days.` }),
})

const BalanceHistoryAnswer = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    from: CalendarDate,
    to: CalendarDate,
    step: z.enum(['hour', 'day']),
    opening: Money,
    closing: Money.meta({ description: 'Closing balance. The current balance, if the period reaches past now.' }),
    points: z.array(z.object({ at: Instant, balance: Money })).meta({
      description:
        'From the opening to the closing balance, one at the end of each step. The last is as of now if the period reaches past now.',
    }),
    days: z
      .array(
        z.object({
          date: CalendarDate.meta({ description: 'In UTC.' }),
          added: Money.meta({ description: 'Top-ups.' }),
          used: Money.meta({ description: 'Usage, less the reversals recorded on the day.' }),
          other: Money.meta({ description: 'Adjustments, refunds and disputes. Positive if they added credit.' }),
          closing: Money.meta({ description: 'Closing balance of the day before + added - used + other.' }),
        }),
      )
      .meta({ description: 'Days that have begun, including those without movements.' }),
    top_ups: z.object({
      count: z.int(),
      added: Money.meta({ description: 'Sum of the top-ups.' }),
      items: z
        .array(
          z.object({
            at: Instant,
            amount: Money,
            balance_before: Money,
            balance_after: Money,
            trigger: z
              .enum(['automatic', 'manual'])
              .nullable()
              .meta({ description: 'Null if the payment is not known here.' }),
          }),
        )
        .meta({ description: `In order. If there are more than ${MAX_TOP_UPS}, only the newest.` }),
    }),
    epoch: Epoch,
    through_sequence: Through,
  })
  .meta({ id: 'BalanceHistory' })

export function addBalanceHistoryRoute(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/balance-history',
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'readBalanceHistory',
      tags: ['Usage'],
      summary: 'The balance over time, what moved it each day, and the top-ups',
      description: 'Over whole UTC days, by when movements were recorded.',
      params: AccountParams,
      querystring: HistoryQuery,
      response: { 200: BalanceHistoryAnswer },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { step } = request.query
      const { nowMicros } = await readClock(pool)
      const { fromDate, toDate, fromMicros, toMicros } = periodOf(request.query, nowMicros)
      if (fromMicros > nowMicros) {
        throw notPossible('/query/from', 'too_high', 'the period must not begin in the future', formatDate(nowMicros))
      }
      if (step === 'hour' && toMicros - fromMicros > MAX_DAYS_BY_HOUR * MICROS_PER_DAY) {
        throw notPossible(
          '/query/step',
          'too_low',
          `with step=hour, the period must be at most ${MAX_DAYS_BY_HOUR} days`,
        )
      }
      const wanted = { fromMicros, toMicros, step, nowMicros }
      const history = foundOrRefuse(accountId, await readBalanceHistory(pool, accountId, wanted))
      return { account_id: accountId, from: fromDate, to: toDate, step, ...balanceHistoryJson(history) }
    },
  })
}

function balanceHistoryJson(history: BalanceHistory) {
  const { topUps } = history
  return {
    currency: history.currency,
    opening: formatMoney(history.openingMicros),
    closing: formatMoney(history.closingMicros),
    points: history.points.map(({ atMicros, balanceMicros }) => ({
      at: formatInstant(atMicros),
      balance: formatMoney(balanceMicros),
    })),
    days: history.days.map((day) => ({
      date: day.date,
      added: formatMoney(day.addedMicros),
      used: formatMoney(day.usedMicros),
      other: formatMoney(day.otherMicros),
      closing: formatMoney(day.closingMicros),
    })),
    top_ups: {
      count: topUps.count,
      added: formatMoney(topUps.addedMicros),
      items: topUps.listed.map((topUp) => ({
        at: topUp.recordedAt,
        amount: formatMoney(topUp.amountMicros),
        balance_before: formatMoney(topUp.balanceBeforeMicros),
        balance_after: formatMoney(topUp.balanceAfterMicros),
        trigger: topUp.trigger,
      })),
    },
    epoch: history.epoch,
    through_sequence: Number(history.throughSequence),
  }
}
