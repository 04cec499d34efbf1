/** The figures of each notice in the API: all that its sentence needs, and no words. */
import { z } from 'zod'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { formatMoney } from '../../core/money.ts'
import { ADDED_KINDS, type NoticeCard } from '../../core/notices/facts.ts'
import {
  type FiguresByKey,
  type Lasts,
  NOTICE_ACTIONS,
  type NoticeKey,
  PLACEMENTS,
  SEVERITIES,
} from '../../core/notices/notice.ts'
import { CalendarDate, Instant, Money, moneyOrNull } from '../protocol/schemas.ts'
import { Why } from './top-up-views.ts'

const COMMON = {
  severity: z.enum(SEVERITIES),
  placement: z.enum(PLACEMENTS).meta({ description: 'The part of the page it belongs to, unless it is the banner.' }),
  is_banner: z
    .boolean()
    .meta({ description: 'Whether it is the banner above all parts of the page: the first of the list.' }),
  is_dismissible: z.boolean(),
  occurrence: z
    .string()
    .meta({ description: 'Identifies this occurrence of the notice. A dismissal applies to one occurrence.' }),
  actions: z
    .array(z.enum(NOTICE_ACTIONS))
    .meta({ description: 'What the caller can do about it; the first is the button. Empty for members.' }),
  ask_admins: z.array(z.string()).meta({ description: 'Names of the admins whom a member can ask to act.' }),
}

const CardShown = z
  .object({ brand: z.string(), last4: z.string() })
  .nullable()
  .meta({ description: 'Null if no card is involved, or the caller may not see it.' })

const LASTS = {
  days_left: z
    .int()
    .nullable()
    .meta({ description: 'Rounded down; 0 means less than a day. Null for the reason in no_days_left_reason.' }),
  no_days_left_reason: z.enum(['not_enough_usage', 'no_usage', 'no_credit', 'more_than_90_days']).nullable(),
  lasts_until: Instant.nullable().meta({
    description: 'When the credit is used up at average usage. Null if days_left is null.',
  }),
}
const lasts = ({ daysLeft, usedUpAtMicros }: Lasts) => ({
  days_left: 'days' in daysLeft ? daysLeft.days : null,
  no_days_left_reason: 'days' in daysLeft ? null : daysLeft.reason,
  lasts_until: instantOrNull(usedUpAtMicros),
})

const EXHAUSTED = {
  balance: Money,
  blocked_since: Instant,
  owed: Money.meta({
    description: 'The amount owed, rounded up to two decimals. Paying more than this unblocks calls.',
  }),
  open_payment: Money.nullable().meta({
    description: 'Sum of the payments that are not settled. Null if there are none.',
  }),
}
const exhausted = (figures: FiguresByKey['exhausted']) => ({
  balance: formatMoney(figures.balanceMicros),
  blocked_since: formatInstant(figures.blockedSinceMicros),
  owed: formatMoney(figures.owedMicros),
  open_payment: moneyOrNull(figures.openPaymentMicros),
})

const PAUSED = {
  card: CardShown,
  reason: z.string().nullable().meta({
    description:
      'declined, ask_customer, card_stopped, refunded, disputed, refused, restored, canceled; new values may be added. Null if the caller may not see it.',
  }),
  why: Why,
  since: Instant.meta({ description: 'When the pause began; for a declined card, when it was last declined.' }),
  needs_another_method: z.boolean().meta({ description: 'Whether only another payment method ends the pause.' }),
}
const paused = (figures: Omit<FiguresByKey['paused'], keyof Lasts>) => ({
  card: card(figures.card),
  reason: figures.reason,
  why: figures.why,
  since: formatInstant(figures.sinceMicros),
  needs_another_method: figures.needsAnotherMethod,
})

const EXPIRY = {
  card: CardShown,
  expires_on: CalendarDate.meta({ description: 'The last day on which the card can be charged.' }),
}
const expiry = ({ card: shown, expiresOn }: FiguresByKey['expired']) => ({ card: card(shown), expires_on: expiresOn })

const PAYMENT = { top_up_id: z.string(), trigger: z.enum(['automatic', 'manual']), amount: Money }
const payment = ({ topUpId, trigger, amountMicros }: FiguresByKey['checking']) => {
  return { top_up_id: topUpId, trigger, amount: formatMoney(amountMicros) }
}

const LEVEL = { balance: Money, level: Money, ...LASTS }
const level = (figures: FiguresByKey['low']) => {
  return { balance: formatMoney(figures.balanceMicros), level: formatMoney(figures.levelMicros), ...lasts(figures) }
}

const CAP = { spent: Money, cap: Money }
const cap = ({ spentMicros, capMicros }: { spentMicros: bigint; capMicros: bigint }) => {
  return { spent: formatMoney(spentMicros), cap: formatMoney(capMicros) }
}

/** The schema of a notice, and the function that converts its figures to it. */
function form<Key extends NoticeKey, Shape extends z.ZodRawShape>(
  key: Key,
  shape: Shape,
  json: (figures: FiguresByKey[Key]) => z.output<z.ZodObject<Shape>>,
) {
  return { schema: z.object({ key: z.literal(key), ...COMMON, figures: z.object(shape) }), json }
}

/** One form for each key of the table of notices. */
export const FORMS = {
  exhausted: form('exhausted', EXHAUSTED, exhausted),
  exhausted_and_paused: form('exhausted_and_paused', { ...EXHAUSTED, ...PAUSED }, (figures) => {
    return { ...exhausted(figures), ...paused(figures) }
  }),
  never_topped_up: form(
    'never_topped_up',
    { has_method: z.boolean(), is_auto_top_up_on: z.boolean() },
    ({ hasMethod, isAutoTopUpOn }) => ({ has_method: hasMethod, is_auto_top_up_on: isAutoTopUpOn }),
  ),
  approve: form('approve', { ...PAYMENT, until: Instant }, (figures) => {
    return { ...payment(figures), until: formatInstant(figures.untilMicros) }
  }),
  paused: form('paused', { ...PAUSED, ...LASTS }, (figures) => ({ ...paused(figures), ...lasts(figures) })),
  taken_back: form(
    'taken_back',
    {
      reason: z.enum(['refunded', 'disputed']),
      amount: Money,
      paid_at: Instant,
      since: Instant,
      needs_another_method: PAUSED.needs_another_method,
    },
    ({ reason, amountMicros, paidAtMicros, sinceMicros, needsAnotherMethod }) => ({
      reason,
      amount: formatMoney(amountMicros),
      paid_at: formatInstant(paidAtMicros),
      since: formatInstant(sinceMicros),
      needs_another_method: needsAnotherMethod,
    }),
  ),
  expired: form('expired', EXPIRY, expiry),
  expiring: form('expiring', EXPIRY, expiry),
  no_method: form(
    'no_method',
    { is_auto_top_up_on: z.boolean(), saved_methods: z.int() },
    ({ isAutoTopUpOn, savedMethods }) => ({ is_auto_top_up_on: isAutoTopUpOn, saved_methods: savedMethods }),
  ),
  cap: form('cap', { ...CAP, until: Instant, ...LASTS }, (figures) => {
    return { ...cap(figures), until: formatInstant(figures.untilMicros), ...lasts(figures) }
  }),
  cap_nearly_used: form('cap_nearly_used', { ...CAP, percent: z.int() }, (figures) => {
    return { ...cap(figures), percent: figures.percent }
  }),
  day_limit: form('day_limit', { until: Instant, limit: z.int(), ...LASTS }, (figures) => {
    return { until: formatInstant(figures.untilMicros), limit: figures.limit, ...lasts(figures) }
  }),
  failed: form(
    'failed',
    {
      top_up_id: z.string(),
      amount: Money,
      card: CardShown,
      why: Why,
      next_try: z
        .object({ number: z.int(), of_tries: z.int(), at: Instant })
        .nullable()
        .meta({ description: 'Null if it is due now.' }),
    },
    ({ topUpId, amountMicros, card: shown, why, nextTry }) => ({
      top_up_id: topUpId,
      amount: formatMoney(amountMicros),
      card: card(shown),
      why,
      next_try: nextTry && {
        number: nextTry.number,
        of_tries: nextTry.ofTries,
        at: formatInstant(nextTry.atMicros),
      },
    }),
  ),
  low: form('low', LEVEL, level),
  custom: form('custom', LEVEL, level),
  small: form(
    'small',
    { amount: Money, average: Money, week: Money.meta({ description: 'The amount that covers a week.' }) },
    ({ amountMicros, averageMicros, weekMicros }) => ({
      amount: formatMoney(amountMicros),
      average: formatMoney(averageMicros),
      week: formatMoney(weekMicros),
    }),
  ),
  closed: form('closed', { balance: Money, closed_at: Instant }, ({ balanceMicros, closedAtMicros }) => {
    return { balance: formatMoney(balanceMicros), closed_at: formatInstant(closedAtMicros) }
  }),
  checking: form('checking', PAYMENT, payment),
  processing: form(
    'processing',
    { amount: Money.meta({ description: 'Sum of all payments in progress.' }), payments: z.int() },
    ({ amountMicros, payments }) => ({ amount: formatMoney(amountMicros), payments }),
  ),
  off: form('off', { balance: Money, ...LASTS }, (figures) => {
    return { balance: formatMoney(figures.balanceMicros), ...lasts(figures) }
  }),
  added: form(
    'added',
    {
      kind: z
        .enum(ADDED_KINDS)
        .meta({ description: 'A payment, or money returned by a won dispute or a failed refund.' }),
      amount: Money,
      balance: Money,
      at: Instant,
      calls_work_again_since: Instant.nullable().meta({
        description: 'Null if calls worked before, or do not work yet.',
      }),
    },
    (figures) => ({
      kind: figures.kind,
      amount: formatMoney(figures.amountMicros),
      balance: formatMoney(figures.balanceMicros),
      at: formatInstant(figures.atMicros),
      calls_work_again_since: instantOrNull(figures.callsWorkAgainSinceMicros),
    }),
  ),
} as const satisfies { readonly [Key in NoticeKey]: unknown }

function instantOrNull(instantMicros: InstantMicros | null): string | null {
  return instantMicros === null ? null : formatInstant(instantMicros)
}

function card(shown: NoticeCard | null) {
  return shown && { brand: shown.brand, last4: shown.last4 }
}
