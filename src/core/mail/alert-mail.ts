/** The mail for alerts: one per account, however many levels its balance fell below at once. */
import type { AlertKind, AlertRaised } from '../account/alerts.ts'
import { formatInstant, type InstantMicros } from '../instant.ts'
import { formatMoney } from '../money.ts'
import { owedMicros } from '../usage-forecast/forecast.ts'
import type { Mail } from './mail.ts'

/** Most serious first. Only the most serious alert is mailed. */
const GRAVITY: readonly AlertKind[] = ['exhausted', 'low', 'custom_level']

/**
 * Returns one mail per account, for its most serious alert. The alerts were raised in one transaction. `by` says what
 * changed: the balance or a level. If a level is raised while the balance is at or below zero, nothing is mailed: the
 * customer knows that the credit is exhausted.
 */
export function alertMails(alerts: readonly AlertRaised[], nowMicros: InstantMicros, by: 'balance' | 'level'): Mail[] {
  const gravest = new Map<string, AlertRaised>()
  for (const alert of alerts) {
    if (alert.kind !== 'exhausted' && alert.balanceMicros <= 0n) continue
    const other = gravest.get(alert.accountId)
    if (other === undefined || GRAVITY.indexOf(alert.kind) < GRAVITY.indexOf(other.kind)) {
      gravest.set(alert.accountId, alert)
    }
  }
  return [...gravest.values()].map((alert) => mailOf(alert, nowMicros, by))
}

function mailOf(alert: AlertRaised, nowMicros: InstantMicros, by: 'balance' | 'level'): Mail {
  const { accountId, version, kind, levelMicros, balanceMicros } = alert
  const at = formatInstant(nowMicros)
  // Versions may be reused after the database is restored.
  const occurrence = `${version}@${at}`
  const balance = formatMoney(balanceMicros)
  if (kind !== 'exhausted') {
    return { accountId, kind, occurrence, figures: { balance, level: formatMoney(levelMicros), at, by } }
  }
  return { accountId, kind, occurrence, figures: { balance, owed: formatMoney(owedMicros(balanceMicros)), at } }
}
