/** The mail of an alert: one an account, however many levels its balance has fallen through at once. */
import type { AlertKind, AlertRaised } from '../account/alerts.ts'
import { formatInstant, type InstantMicros } from '../instant.ts'
import { formatMoney } from '../money.ts'
import { owedMicros } from '../usage-forecast/forecast.ts'
import type { Mail } from './mail.ts'

/** Gravest first: what says less is not sent beside what says more. */
const GRAVITY: readonly AlertKind[] = ['exhausted', 'low', 'custom_level']

/**
 * The gravest of each account's alerts, which were raised in one transaction. `by`: what moved, the balance or a level. A level
 * that is raised above a balance of nothing says nothing new: that credit has run out is known.
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
  // Versions are given out again after a restore.
  const occurrence = `${version}@${at}`
  const balance = formatMoney(balanceMicros)
  if (kind !== 'exhausted') {
    return { accountId, kind, occurrence, figures: { balance, level: formatMoney(levelMicros), at, by } }
  }
  return { accountId, kind, occurrence, figures: { balance, owed: formatMoney(owedMicros(balanceMicros)), at } }
}
