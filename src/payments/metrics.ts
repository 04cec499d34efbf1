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
      help: 'Payments that were sent for confirmation, by what asked for them',
      labelNames: ['trigger'],
    }),
    outcomesTotal: counter(registry, {
      name: 'tollgate_top_up_outcomes_total',
      help: 'What the provider said of a payment, by outcome and the code of a decline or refusal',
      labelNames: ['outcome', 'code'],
    }),
    openTopUps: gauge(registry, {
      name: 'tollgate_top_ups_open',
      help: 'Top-ups that are not over yet, by state',
      labelNames: ['state'],
    }),
    oldestOpenSeconds: gauge(registry, {
      name: 'tollgate_top_up_oldest_open_seconds',
      help: 'For how long the oldest top-up that is not over has been open; 0 when there is none',
    }),
    pausedAccounts: gauge(registry, {
      name: 'tollgate_auto_top_up_paused_accounts',
      help: 'Accounts whose automatic top-up is paused, by reason',
      labelNames: ['reason'],
    }),
    capAccounts: gauge(registry, {
      name: 'tollgate_auto_top_up_cap_accounts',
      help: 'Accounts by the use of their monthly cap: nearly_used at 80 % and more, used_up where the next top-up would pass it',
      labelNames: ['use'],
    }),
    retriesTotal: retriesCounter(registry),
  }
}
