/** Texts about changes while the page is open, in English. */
export const LIVE = {
  'live.reconnecting': 'Reconnecting, as of {time}',
  'live.sessionEnded': 'Your session has ended. Open Billing again from {product}.',
  'live.blocked': 'Outbound and toll-free calls are blocked.',
  'live.unblocked': 'No calls are blocked any more.',
  'live.payment.succeeded': '{amount} added to credit.',
  'live.payment.failed': '{amount} was declined. No payment was taken.',
  'live.payment.canceled': 'The payment of {amount} was canceled. Nothing is charged.',
} as const
