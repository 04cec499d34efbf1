/** The figures that a person sees before paying or allowing charges, so that no client computes money. */
import { z } from 'zod'
import { formatInstant } from '../../core/instant.ts'
import { formatMoney, type Micros } from '../../core/money.ts'
import { capUse } from '../../core/top-up/judge.ts'
import { amountsToAdd, chargesAtOnce, firstSettings, quoteTopUp } from '../../core/top-up/quotes.ts'
import { checkAmount, checkSettings } from '../../core/top-up/settings.ts'
import { type AverageUsage, averageUsage } from '../../core/usage-forecast/average.ts'
import { forecastUsage, owedMicros } from '../../core/usage-forecast/forecast.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { readCounted, readUnsettledManual } from '../../ledger/top-ups/counted-attempts.ts'
import { readOverview } from '../../ledger/top-ups/read-overview.ts'
import { readUsageHistory } from '../../reporting/read-usage-history.ts'
import { noAccount } from '../access/authenticate.ts'
import { AccountId, AccountParams, CurrencyCode, Instant, Money, microsOf, moneyOrNull } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { problemOfRefusal } from './top-up-refusals.ts'

const Quote = z
  .object({
    amount: Money,
    balance_after: Money,
    is_blocked_after: z
      .boolean()
      .meta({ description: 'Whether calls stay blocked, because it pays no more than is owed.' }),
    days: z.int().nullable().meta({
      description:
        'Whole average days that it lasts after paying what is owed. Null without an average, or if nothing is left.',
    }),
    is_automatic_amount: z.boolean().meta({ description: 'Whether automatic top-up charges the same amount.' }),
  })
  .meta({ id: 'TopUpQuote' })

const TopUpQuotes = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    balance: Money,
    owed: Money.meta({
      description:
        'The amount owed, rounded up to two decimals. Paying more than this unblocks calls. 0 if nothing is owed.',
    }),
    min: Money.meta({ description: 'Minimum amount of a payment.' }),
    max: Money,
    quote: Quote.nullable().meta({ description: 'Quote for the requested amount. Null if none was requested.' }),
    suggested: z.array(Quote).meta({
      description:
        'Up to three amounts, ascending: that of automatic top-up, and those for 7 and 30 days. Each is more than what is owed.',
    }),
  })
  .meta({ id: 'TopUpQuotes' })

const QuotesQuery = z.object({
  amount: Money.optional().meta({ description: 'An amount to quote in addition to the suggested ones.' }),
})

const AutoTopUpQuote = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    charges: z.int().meta({ description: 'Number of payments of the amount that would be charged at once.' }),
    total: Money.meta({ description: 'Sum of these payments.' }),
    balance_after: Money,
    limit: z.enum(['monthly_cap', 'day_limit', 'manual_payment']).nullable().meta({
      description: 'The limit that keeps the balance from reaching the threshold at once. Null if none does.',
    }),
    until: Instant.nullable().meta({ description: 'When the limit allows the next charge.' }),
    average: Money.nullable().meta({ description: 'Average usage per day. Null if it is not known.' }),
    is_amount_below_a_day: z.boolean(),
    is_threshold_below_a_day: z.boolean(),
    is_cap_used_up: z.boolean().meta({ description: 'Whether the rest of this month’s cap is less than one top-up.' }),
    suggested_threshold: Money.meta({ description: 'Based on usage, otherwise a default.' }),
    suggested_amount: Money,
  })
  .meta({ id: 'AutoTopUpQuote' })

const AutoQuery = z.object({
  threshold: Money.optional().meta({
    description: 'If threshold or amount is absent, no charge is quoted, but the suggestions are returned.',
  }),
  amount: Money.optional(),
  monthly_cap: Money.optional().meta({ description: 'No cap if absent.' }),
})

const ACCOUNT_URL = '/v1/accounts/:account_id'

export function addTopUpQuoteRoutes(api: Api, context: ApiContext): void {
  addQuoteTopUps(api, context)
  addQuoteAutoTopUp(api, context)
}

function addQuoteTopUps(api: Api, context: ApiContext): void {
  const { bounds } = context
  api.route({
    method: 'GET',
    url: `${ACCOUNT_URL}/top-up-quotes`,
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'quoteTopUps',
      tags: ['Top-ups'],
      summary: 'Quote what adding credit would bring',
      description: 'Valid as of now. It charges nothing and promises nothing.',
      params: AccountParams,
      querystring: QuotesQuery,
      response: { 200: TopUpQuotes },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { amount } = request.query
      const { one, usage, suggested } = await standingOf(context, accountId)
      const { payment } = bounds[one.currency]
      const wantedMicros = amount === undefined ? null : microsOf(amount)
      const faults = wantedMicros === null ? [] : checkAmount(wantedMicros, bounds[one.currency])
      if (faults.length > 0) throw problemOfRefusal({ faults }, accountId, 'query')
      const average = 'average' in usage ? usage.average : null
      const quoteOf = (micros: Micros): z.output<typeof Quote> => {
        const quote = quoteTopUp(micros, one.balanceMicros, average)
        return {
          amount: formatMoney(micros),
          balance_after: formatMoney(quote.balanceAfterMicros),
          is_blocked_after: quote.isBlockedAfter,
          days: quote.days,
          is_automatic_amount: one.settings?.amountMicros === micros,
        }
      }
      return {
        account_id: accountId,
        currency: one.currency,
        balance: formatMoney(one.balanceMicros),
        owed: formatMoney(owedMicros(one.balanceMicros)),
        min: formatMoney(payment.minMicros),
        max: formatMoney(payment.maxMicros),
        quote: wantedMicros === null ? null : quoteOf(wantedMicros),
        suggested: amountsToAdd(one.settings, suggested.suggestedAmounts, one.balanceMicros, payment).map(quoteOf),
      }
    },
  })
}

function addQuoteAutoTopUp(api: Api, context: ApiContext): void {
  const { writer, bounds } = context
  const { pool } = writer
  api.route({
    method: 'GET',
    url: `${ACCOUNT_URL}/auto-top-up-quote`,
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'quoteAutoTopUp',
      tags: ['Auto top-up'],
      summary: 'Quote what would be charged at once if automatic top-up were saved like this',
      description:
        'Valid as of now, assuming that there is a payment method and no pause. It charges nothing and promises nothing.',
      params: AccountParams,
      querystring: AutoQuery,
      response: { 200: AutoTopUpQuote },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { threshold, amount, monthly_cap: cap } = request.query
      const { one, usage, suggested } = await standingOf(context, accountId)
      const first = firstSettings(suggested.suggestedThresholdMicros, suggested.suggestedAmounts, bounds[one.currency])
      const settings = {
        isOn: threshold !== undefined && amount !== undefined,
        thresholdMicros: threshold === undefined ? first.thresholdMicros : microsOf(threshold),
        amountMicros: amount === undefined ? first.amountMicros : microsOf(amount),
        monthlyCapMicros: cap === undefined ? null : microsOf(cap),
      }
      const faults = checkSettings(settings, bounds[one.currency])
      if (faults.length > 0) throw problemOfRefusal({ faults }, accountId, 'query')
      const { nowMicros } = await readClock(pool)
      const [counted, unsettledManual] = await Promise.all([
        readCounted(pool, { accountId, attemptId: null }, nowMicros),
        readUnsettledManual(pool, accountId),
      ])
      const quote = chargesAtOnce({ ...one, counted, unsettledManual }, settings, nowMicros)
      const { averageMicros } = suggested
      return {
        account_id: accountId,
        currency: one.currency,
        charges: quote.charges,
        total: formatMoney(quote.totalMicros),
        balance_after: formatMoney(quote.balanceAfterMicros),
        limit: quote.limit,
        until: quote.untilMicros === null ? null : formatInstant(quote.untilMicros),
        average: 'average' in usage ? moneyOrNull(averageMicros) : null,
        is_amount_below_a_day: averageMicros !== null && settings.amountMicros < averageMicros,
        is_threshold_below_a_day: averageMicros !== null && settings.thresholdMicros < averageMicros,
        is_cap_used_up: capUse(settings, counted, nowMicros).isUsedUp,
        suggested_threshold: formatMoney(first.thresholdMicros),
        suggested_amount: formatMoney(first.amountMicros),
      }
    },
  })
}

/** The account and its known usage; usage is unknown while movements are summed up for the first time. */
async function standingOf({ writer: { pool }, bounds }: ApiContext, accountId: string) {
  const [one, read] = await Promise.all([readOverview(pool, accountId), readUsageHistory(pool, accountId)])
  if (one === null || read === null) throw noAccount(accountId)
  const history = 'behind' in read ? NO_HISTORY : read.history
  const usage: AverageUsage = averageUsage(history)
  return { one, usage, suggested: forecastUsage(history, one.balanceMicros, bounds[one.currency]) }
}

const NO_HISTORY = { today: 0, firstUsageDay: null, usedMicrosByDay: new Map<number, bigint>() }
