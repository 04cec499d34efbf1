/** Words a step of credit.top-ups.v1 as a sentence for people who watch the demo. */
export interface TopUpEvent {
  readonly account_id: string
  readonly kind: string
  readonly top_up_id: string | null
  readonly amount: string | null
  readonly currency: string
  readonly reason: string | null
  /** Microseconds since 1970. */
  readonly until: number | null
  readonly occurred_at: number
}

const PAUSES: Readonly<Record<string, string>> = {
  declined: 'the card was declined three times in a row',
  ask_customer: 'the card cannot be charged as it is',
  card_stopped: 'the card must not be charged again',
}

const LIMITS: Readonly<Record<string, string>> = {
  day_limit: 'it was charged five times in 24 hours',
  monthly_cap: 'the monthly cap is reached',
}

/** The sentence about a step; null: it is not worth one. `requestedAtMicros`: when the top-up was requested; null: unknown. */
export function sentenceOf(event: TopUpEvent, requestedAtMicros: number | null): string | null {
  const { account_id: account, kind, reason } = event
  const money = `${event.amount?.replace(/(\.\d\d)0+$/, '$1')} ${event.currency}`
  switch (kind) {
    case 'requested':
      return `${account} is below its threshold: ${money} will be charged to its card`
    case 'charging':
      return null
    case 'succeeded': {
      const seconds = requestedAtMicros === null ? null : (event.occurred_at - requestedAtMicros) / 1_000_000
      return `${account} is topped up by ${money}${seconds === null ? '' : `, ${seconds.toFixed(1)} s later`}`
    }
    case 'needs_action':
      return `${account} has to approve ${money} at its bank first`
    case 'declined':
      return `${account}: its card is declined (${reason}); tried again ${minutesUntil(event)}`
    case 'failed':
      return `${account} is not topped up: its card is declined (${reason})`
    case 'paused':
      return `${account}: automatic top-up is paused until a person acts: ${PAUSES[reason!] ?? reason}`
    case 'skipped':
      return `${account} is not topped up: ${LIMITS[reason!] ?? reason}`
    default:
      return `${account}: top-up ${kind.replaceAll('_', ' ')}${reason === null ? '' : ` (${reason})`}`
  }
}

function minutesUntil({ until, occurred_at }: TopUpEvent): string {
  return until === null ? 'later' : `in ${Math.round((until - occurred_at) / 60_000_000)} minutes`
}
