/** An account's automatic top-up, in words and as JSON. */
import { formatInstant } from '../core/instant.ts'
import { formatMoney, type Micros } from '../core/money.ts'
import { needsAnotherMethod, type PauseReason } from '../core/top-up/memory.ts'
import type { AutoTopUpOverview, ShownMethod } from '../ledger/top-ups/read-overview.ts'

const WHY_PAUSED: Readonly<Record<PauseReason, string>> = {
  declined: 'the card was declined three times in a row',
  ask_customer: 'the customer has to fix something first',
  card_stopped: 'the card must not be charged again',
  refunded: 'a payment was refunded',
  disputed: 'a payment was disputed',
  refused: 'the payment provider refused the request itself: see the log',
  canceled: 'an automatic top-up was canceled manually',
  restored: 'the database was restored to an earlier point, and later settings are lost',
}

const WHY_WAITING: Readonly<Record<string, string>> = {
  monthly_cap: 'the monthly cap is used up',
  day_limit: 'it has charged 5 times in 24 hours',
}

/** The state of automatic top-up for a person, one line per setting. */
export function overviewText(one: AutoTopUpOverview): string {
  return linesOf(one)
    .map(([name, text]) => `${`${name}:`.padEnd(11)}${text}\n`)
    .join('')
}

function linesOf(one: AutoTopUpOverview): (readonly [name: string, text: string])[] {
  const { accountId, settings, method, open, waits } = one
  const { pause } = one.memory
  const money = (micros: Micros) => `${formatMoney(micros)} ${one.currency}`
  const lines: (readonly [name: string, text: string])[] = [
    ['account', one.isClosed ? `${accountId}, closed` : accountId],
    ['balance', money(one.balanceMicros)],
    ['automatic', settings === null ? 'never set up' : settings.isOn ? 'on' : 'off'],
  ]
  if (settings !== null) {
    const { thresholdMicros, amountMicros, monthlyCapMicros } = settings
    const cap = monthlyCapMicros === null ? 'none' : `${money(monthlyCapMicros)} a month`
    lines.push(
      ['threshold', `charges while the balance is below ${money(thresholdMicros)}`],
      ['amount', money(amountMicros)],
      ['cap', `${cap}; ${money(one.chargedThisMonthMicros)} charged this month (UTC)`],
    )
  }
  lines.push(['card', method === null ? 'none' : methodText(method)])
  if (pause !== null) {
    const code = pause.code === null ? '' : ` (${pause.code})`
    const why = `${pause.reason}${code}: ${WHY_PAUSED[pause.reason]}`
    lines.push(['paused', `since ${formatInstant(pause.sinceMicros)}, ${why}; ${howToResume(one)}`])
  }
  if (waits !== null) {
    lines.push(['waits', `until ${formatInstant(waits.untilMicros)}: ${WHY_WAITING[waits.limit] ?? waits.limit}`])
  }
  if (open !== null) {
    const after = open.reason === null ? '' : ` after ${open.reason}`
    const next = open.state === 'requested' ? `, next attempt at ${formatInstant(open.nextTryAtMicros)} or later` : ''
    lines.push(['open', `${open.topUpId}, ${open.state}${after}${next}`])
  }
  return lines
}

/** What ends a pause, for a person. */
function howToResume({ accountId, memory, methodId }: AutoTopUpOverview): string {
  const consent = `a consent: tollgate top-up resume ${accountId}`
  return needsAnotherMethod(memory, methodId)
    ? `to resume, add another card (tollgate payment-method add ${accountId} --default), then give ${consent}`
    : `to resume, give ${consent}`
}

function methodText({ methodId, provider, brand, last4, expiryMonth, expiryYear }: ShownMethod): string {
  return `${brand} ending in ${last4}, expires ${expiryText(expiryMonth, expiryYear)}, at ${provider} (${methodId})`
}

/** `08/29`. */
export function expiryText(month: number, year: number): string {
  return `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`
}

/** As JSON: amounts are decimal strings in units, instants RFC 3339. */
export function overviewJson(one: AutoTopUpOverview): string {
  const { settings, method, open, waits } = one
  const { pause, declinesInARow } = one.memory
  return `${JSON.stringify({
    account_id: one.accountId,
    closed: one.isClosed,
    currency: one.currency,
    balance: formatMoney(one.balanceMicros),
    settings_version: one.settingsVersion,
    settings: settings && {
      on: settings.isOn,
      threshold: formatMoney(settings.thresholdMicros),
      amount: formatMoney(settings.amountMicros),
      monthly_cap: settings.monthlyCapMicros === null ? null : formatMoney(settings.monthlyCapMicros),
    },
    charged_this_month: formatMoney(one.chargedThisMonthMicros),
    method: method && methodJson(method),
    declines_in_a_row: declinesInARow,
    paused: pause && {
      reason: pause.reason,
      code: pause.code,
      method_id: pause.methodId,
      since: formatInstant(pause.sinceMicros),
    },
    waits: waits && { reason: waits.limit, until: formatInstant(waits.untilMicros) },
    open_top_up: open && {
      top_up_id: open.topUpId,
      state: open.state,
      reason: open.reason,
      next_try_at: formatInstant(open.nextTryAtMicros),
    },
  })}\n`
}

/** A payment method as JSON. */
export function methodJson({ methodId, provider, brand, last4, expiryMonth, expiryYear }: ShownMethod) {
  return { method_id: methodId, provider, brand, last4, expiry_month: expiryMonth, expiry_year: expiryYear }
}
