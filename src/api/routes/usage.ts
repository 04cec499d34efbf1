/**
 * What used an account's credit, how long the rest will last, and how opening and closing balance of a period relate.
 * Always current, however much has been rolled up. Figures and reasons only; the page words them.
 */
import { z } from 'zod'
import {
  formatDate,
  formatInstant,
  type InstantMicros,
  MICROS_PER_DAY,
  parseDate,
  startOfDay,
} from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import { MAX_AVERAGE_DAYS, MIN_AVERAGE_DAYS } from '../../core/usage-forecast/average.ts'
import { daysToTopUp, forecastUsage } from '../../core/usage-forecast/forecast.ts'
import { readClock } from '../../ledger/changes/read-clock.ts'
import { readPeriodSummary } from '../../reporting/read-period-summary.ts'
import { readUsageSummary, USAGE_BY, type Used } from '../../reporting/read-usage.ts'
import { readUsageHistory } from '../../reporting/read-usage-history.ts'
import type { StillRollingUp } from '../../reporting/up-to-date.ts'
import { noAccount } from '../access/authenticate.ts'
import { ApiProblem, notPossible } from '../protocol/problem.ts'
import {
  AccountId,
  AccountParams,
  CalendarDate,
  CurrencyCode,
  GivenInstant,
  Instant,
  instantOf,
  Money,
  moneyOrNull,
} from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'

const MAX_ITEMS = 200
const DEFAULT_DAYS = 30
const MAX_DAYS = 366
const FIRST_DATE = '1970-01-01'
const RETRY_AFTER_SECONDS = 5

export const Epoch = z.int().meta({ description: "The ledger's epoch, which grows with every restore." })
export const Through = z.int().meta({ description: 'Sequence of the newest movement included. 0 if there is none.' })

const USED = {
  used: Money.meta({ description: 'Usage less its reversals. Positive if credit was used.' }),
  reversed: Money.meta({ description: 'How much of this usage corrections have reversed, whenever they did.' }),
  movements: z.int().meta({ description: 'Number of movements of usage, including those that were reversed.' }),
  units: z.int().nullable().meta({
    description: 'Billed seconds, fragments or items, less reversed ones. Null if it may mix kinds of usage.',
  }),
}

const UsageItem = z
  .object({
    id: z
      .string()
      .nullable()
      .meta({ description: 'The date, kind, user or destination. Null for usage without a user or a destination.' }),
    name: z.string().nullable().meta({ description: "The user's display name, if there is one." }),
    ...USED,
  })
  .meta({ id: 'UsageItem' })

const UsageSummary = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    by: z.enum(USAGE_BY),
    from: CalendarDate,
    to: CalendarDate,
    items: z.array(UsageItem),
    other: z.object({ count: z.int(), ...USED }).meta({ description: 'Everything that is not in the items.' }),
    total: z.object(USED),
    epoch: Epoch,
    through_sequence: Through,
  })
  .meta({ id: 'UsageSummary' })

/** A range of whole days in UTC; read by `periodOf`. */
export const DaysQuery = z.object({
  from: CalendarDate.optional().meta({
    description: 'First day, as a UTC date. If absent, the period has `days` days.',
  }),
  to: CalendarDate.optional().meta({
    description: 'The UTC date after the last day. If absent, today is the last day.',
  }),
  days: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_DAYS)
    .default(DEFAULT_DAYS)
    .meta({ description: 'Number of days, if `from` is absent.' }),
})

const UsageQuery = DaysQuery.extend({
  by: z.enum(USAGE_BY).default('day').meta({ description: 'What usage is summed by.' }),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_ITEMS)
    .default(MAX_ITEMS)
    .meta({ description: 'Maximum number of items; the rest is summed in `other`. Days are always listed in full.' }),
})

const NO_AVERAGE = ['not_enough_usage', 'no_usage'] as const

const UsageForecast = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    balance: Money,
    today: CalendarDate.meta({ description: 'In UTC.' }),
    days: z.int().meta({
      description: `Number of whole UTC days considered: those after the day of the first usage and before today, at most ${MAX_AVERAGE_DAYS}.`,
    }),
    average: Money.nullable().meta({
      description: 'Average usage per day on those days, less its reversals. Null for the reason in no_average_reason.',
    }),
    no_average_reason: z
      .enum(NO_AVERAGE)
      .nullable()
      .meta({
        description: `not_enough_usage: fewer than ${MIN_AVERAGE_DAYS} days. no_usage: no usage on those days.`,
      }),
    days_left: z.int().nullable().meta({
      description:
        'How many days the balance lasts at average usage, rounded down. 0 means less than a day. Null for the reason in no_days_left_reason.',
    }),
    no_days_left_reason: z.enum([...NO_AVERAGE, 'no_credit', 'more_than_90_days']).nullable(),
    days_to_top_up: z.int().nullable().meta({
      description:
        'Days until the balance falls below the threshold of automatic top-up, rounded down. Null if nothing would be charged then, if it is already below, without an average, and beyond 90 days.',
    }),
    used_today: Money.meta({ description: 'Usage since midnight UTC.' }),
    usual_day: Money.nullable().meta({
      description: 'Median of the days considered that had usage. Null if there is no average.',
    }),
    is_unusual: z.boolean().meta({ description: 'Whether usage today is at least three times that of a usual day.' }),
    owed: Money.meta({
      description:
        'The amount owed, rounded up to two decimals. Paying more than this unblocks calls. 0 if nothing is owed.',
    }),
    suggested_threshold: Money.nullable().meta({
      description:
        'Threshold for automatic top-up: 14 average days, rounded up to a multiple of 5. Null if there is no average.',
    }),
    suggested_amounts: z.array(z.object({ amount: Money, days: z.int() })).meta({
      description:
        'Amounts that pay what is owed and then last this many average days: 7 and 30, or fewer at the maximum payment. Rounded up to a multiple of 5.',
    }),
    epoch: Epoch,
    through_sequence: Through,
  })
  .meta({ id: 'UsageForecast' })

const PeriodSummary = z
  .object({
    account_id: AccountId,
    currency: CurrencyCode,
    from: Instant,
    to: Instant.meta({ description: 'End of the period. Now, if the period reaches past now.' }),
    opening: Money,
    added: Money.meta({ description: 'Top-ups.' }),
    used: Money.meta({ description: 'Usage, less the reversals recorded in the period.' }),
    other: Money.meta({ description: 'Adjustments, refunds and disputes. Positive if they added credit.' }),
    closing: Money.meta({ description: 'opening + added - used + other.' }),
    after_sequence: z
      .int()
      .meta({ description: 'Sequence of the last movement before the period. 0 if there is none.' }),
    epoch: Epoch,
    through_sequence: Through,
  })
  .meta({ id: 'PeriodSummary' })

const PeriodQuery = z.object({
  from: GivenInstant.optional().meta({
    description:
      'Only movements recorded at this instant or later. Defaults to the beginning of the UTC month that contains the end.',
  }),
  to: GivenInstant.optional().meta({
    description: 'Only movements recorded before this instant. If it is absent or in the future, the period ends now.',
  }),
})

export function addUsageRoutes(api: Api, context: ApiContext): void {
  addReadUsage(api, context)
  addForecastUsage(api, context)
  addReadPeriodSummary(api, context)
}

function addReadUsage(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/usage',
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'readUsage',
      tags: ['Usage'],
      summary: 'What used credit, by day, kind, user or destination',
      description:
        'Over whole UTC days, by when usage was recorded. Days are in chronological order; otherwise the most used comes first.',
      params: AccountParams,
      querystring: UsageQuery,
      response: { 200: UsageSummary },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { by } = request.query
      const period = periodOf(request.query, (await readClock(pool)).nowMicros)
      const limit = by === 'day' ? MAX_DAYS : request.query.limit
      const { currency, items, other, total, ...through } = foundOrRefuse(
        accountId,
        await readUsageSummary(pool, accountId, by, period, limit),
      )
      const isCounted = by === 'kind'
      return {
        account_id: accountId,
        currency,
        by,
        from: period.fromDate,
        to: period.toDate,
        items: items.map(({ id, name, used }) => ({ id: id === '' ? null : id, name, ...usedJson(used, isCounted) })),
        other: { count: other.count, ...usedJson(other.used, false) },
        total: usedJson(total, false),
        epoch: through.epoch,
        through_sequence: Number(through.throughSequence),
      }
    },
  })
}

function addForecastUsage(api: Api, { writer: { pool }, bounds }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/usage-forecast',
    config: { access: { permission: 'read', of: 'account' } },
    schema: {
      operationId: 'forecastUsage',
      tags: ['Usage'],
      summary: 'How long credit lasts, with suggested thresholds and amounts',
      params: AccountParams,
      response: { 200: UsageForecast },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const read = foundOrRefuse(accountId, await readUsageHistory(pool, accountId))
      const { currency, balanceMicros, history } = read
      const forecast = forecastUsage(history, balanceMicros, bounds[currency])
      const { daysLeft } = forecast
      return {
        account_id: accountId,
        currency,
        balance: formatMoney(balanceMicros),
        today: formatDate(history.today * MICROS_PER_DAY),
        days: forecast.days,
        average: moneyOrNull(forecast.averageMicros),
        no_average_reason: forecast.noAverageReason,
        days_left: 'days' in daysLeft ? daysLeft.days : null,
        no_days_left_reason: 'days' in daysLeft ? null : daysLeft.reason,
        days_to_top_up: daysToTopUp(history, balanceMicros, read.autoTopUpBelowMicros),
        used_today: formatMoney(forecast.usedTodayMicros),
        usual_day: moneyOrNull(forecast.usualDayMicros),
        is_unusual: forecast.isUnusual,
        owed: formatMoney(forecast.owedMicros),
        suggested_threshold: moneyOrNull(forecast.suggestedThresholdMicros),
        suggested_amounts: forecast.suggestedAmounts.map(({ amountMicros, days }) => ({
          amount: formatMoney(amountMicros),
          days,
        })),
        epoch: read.epoch,
        through_sequence: Number(read.throughSequence),
      }
    },
  })
}

function addReadPeriodSummary(api: Api, { writer: { pool } }: ApiContext): void {
  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/period-summary',
    config: { access: { permission: 'read', of: 'account' }, problems: ['not_possible'] },
    schema: {
      operationId: 'readPeriodSummary',
      tags: ['Usage'],
      summary: 'From the opening to the closing balance of a period',
      description:
        'opening + added - used + other = closing, by when movements were recorded. The closing balance of a period is the opening balance of the adjoining one.',
      params: AccountParams,
      querystring: PeriodQuery,
      response: { 200: PeriodSummary },
    },
    handler: async (request) => {
      const { account_id: accountId } = request.params
      const { from: givenFrom, to: givenTo } = request.query
      const { nowMicros } = await readClock(pool)
      const to = givenTo === undefined ? nowMicros : instantOf(givenTo)
      const lastMicros = Math.max(0, Math.min(to, nowMicros) - 1)
      const from = givenFrom === undefined ? startOfMonth(lastMicros) : instantOf(givenFrom)
      if (from >= to) throw notPossible('/query/to', 'too_low', 'the end must be after the beginning')
      if (from > nowMicros) {
        throw notPossible(
          '/query/from',
          'too_high',
          'the period must not begin in the future',
          formatInstant(nowMicros),
        )
      }
      const wanted = { fromMicros: from, toMicros: to, nowMicros }
      const summary = foundOrRefuse(accountId, await readPeriodSummary(pool, accountId, wanted))
      return {
        account_id: accountId,
        currency: summary.currency,
        from: formatInstant(summary.fromMicros),
        to: formatInstant(summary.toMicros),
        opening: formatMoney(summary.openingMicros),
        added: formatMoney(summary.addedMicros),
        used: formatMoney(summary.usedMicros),
        other: formatMoney(summary.otherMicros),
        closing: formatMoney(summary.closingMicros),
        after_sequence: Number(summary.afterSequence),
        epoch: summary.epoch,
        through_sequence: Number(summary.throughSequence),
      }
    },
  })
}

/** The value that was read. Throws `not_found` for null, and `unavailable` while sums are first built. */
export function foundOrRefuse<T extends object>(accountId: string, read: T | StillRollingUp | null): T {
  if (read === null) throw noAccount(accountId)
  if ('behind' in read) {
    const detail = `${read.behind} movements of account ${accountId} are not summed yet: try again later`
    throw new ApiProblem('unavailable', detail, { retryAfterSeconds: RETRY_AFTER_SECONDS })
  }
  return read as T
}

/** The period that a query names, in microseconds. Throws `ApiProblem` for one that is not possible. */
export function periodOf({ from, to, days }: z.output<typeof DaysQuery>, nowMicros: InstantMicros) {
  const toMicros = to === undefined ? startOfDay(nowMicros) + MICROS_PER_DAY : parseDate(to)!
  const fromMicros = from === undefined ? Math.max(0, toMicros - days * MICROS_PER_DAY) : parseDate(from)!
  if (fromMicros < 0)
    throw notPossible('/query/from', 'too_low', `the period must not begin before ${FIRST_DATE}`, FIRST_DATE)
  if (fromMicros >= toMicros) throw notPossible('/query/to', 'too_low', 'the end must be after the beginning')
  if (toMicros - fromMicros > MAX_DAYS * MICROS_PER_DAY) {
    throw notPossible('/query/from', 'too_low', `the period must be at most ${MAX_DAYS} days`)
  }
  return { fromDate: formatDate(fromMicros), toDate: formatDate(toMicros), fromMicros, toMicros }
}

function startOfMonth(instantMicros: InstantMicros): InstantMicros {
  return parseDate(`${formatDate(instantMicros).slice(0, 'YYYY-MM'.length)}-01`)!
}

function usedJson({ usedMicros, reversedMicros, movements, units }: Used, isCounted: boolean) {
  return {
    used: formatMoney(usedMicros),
    reversed: formatMoney(reversedMicros),
    movements: Number(movements),
    units: isCounted ? Number(units) : null,
  }
}
