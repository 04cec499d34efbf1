/** Payment metrics. */
import type { TopUpFigures } from '../ledger/top-ups/measure-top-ups.ts'
import { counter, gauge, type Registry, retriesCounter } from '../platform/metrics.ts'

/** Sets the gauges. States and reasons that no longer occur are removed. */
export function showFigures(metrics: PaymentMetrics, figures: TopUpFigures): void {
  const { openByState, oldestOpenSeconds, pausedByReason, caps } = figures
  metrics.openTopUps.reset()
  for (const [state, topUps] of openByState) metrics.openTopUps.set({ state }, topUps)
  metrics.oldestOpenSeconds.set(oldestOpenSeconds)
  metrics.pausedAccounts.reset()
  for (const [reason, accounts] of pausedByReason) metrics.pausedAccounts.set({ reason }, accounts)
  metrics.capAccounts.set({ use: 'nearly_used' }, caps.nearlyUsed)
  metrics.capAccounts.set({ use: 'used_up' }, caps.usedUp)
}

export type PaymentMetrics = ReturnType<typeof paymentMetrics>

/** Registers the payment metrics. */
export function paymentMetrics(registry: Registry) {
  return {
    attemptsTotal: counter(registry, {
      name: 'tollgate_top_up_attempts_total',
      help: 'Payments sent for confirmation, by trigger',
      labelNames: ['trigger'],
    }),
    outcomesTotal: counter(registry, {
      name: 'tollgate_top_up_outcomes_total',
      help: 'Answers of the provider about payments, by outcome and code of the decline or refusal',
      labelNames: ['outcome', 'code'],
    }),
    openTopUps: gauge(registry, {
      name: 'tollgate_top_ups_open',
      help: 'Open top-ups, by state',
      labelNames: ['state'],
    }),
    oldestOpenSeconds: gauge(registry, {
      name: 'tollgate_top_up_oldest_open_seconds',
      help: 'Age in seconds of the oldest open top-up; 0 if none is open',
    }),
    pausedAccounts: gauge(registry, {
      name: 'tollgate_auto_top_up_paused_accounts',
      help: 'Accounts whose automatic top-up is paused, by reason',
      labelNames: ['reason'],
    }),
    capAccounts: gauge(registry, {
      name: 'tollgate_auto_top_up_cap_accounts',
      help: 'Accounts by the use of their monthly cap: nearly_used from 80 %, used_up if the next top-up would exceed it',
      labelNames: ['use'],
    }),
    retriesTotal: retriesCounter(registry),
  }
}
