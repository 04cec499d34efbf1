import { describe, expect, it } from 'vitest'
import { sentenceOf, type TopUpEvent } from '../../demo/top-up-words.ts'

const MINUTE = 60_000_000
const EVENT: TopUpEvent = {
  account_id: 'canal-bikes',
  kind: 'requested',
  top_up_id: 'top-up-1',
  amount: '50.000000',
  currency: 'EUR',
  reason: null,
  until: null,
  occurred_at: 90 * MINUTE,
}

describe('a step of a top-up in words', () => {
  it.each<[Partial<TopUpEvent>, string | null]>([
    [{}, 'canal-bikes is below its threshold: 50.00 EUR will be charged to its card'],
    [{ kind: 'charging' }, null],
    [{ kind: 'succeeded', amount: '50.250000' }, 'canal-bikes is topped up by 50.25 EUR, 1.5 s later'],
    [{ kind: 'needs_action' }, 'canal-bikes has to approve 50.00 EUR at its bank first'],
    [
      { kind: 'declined', reason: 'insufficient_funds', until: 155 * MINUTE },
      'canal-bikes: its card is declined (insufficient_funds); tried again in 65 minutes',
    ],
    [{ kind: 'failed', reason: 'expired_card' }, 'canal-bikes is not topped up: its card is declined (expired_card)'],
    [
      { kind: 'paused', top_up_id: null, amount: null, reason: 'ask_customer' },
      'canal-bikes: automatic top-up is paused until a person acts: the card cannot be charged as it is',
    ],
    [{ kind: 'skipped', reason: 'day_limit' }, 'canal-bikes is not topped up: it was charged five times in 24 hours'],
    [{ kind: 'no_longer_needed', reason: 'turned_off' }, 'canal-bikes: top-up no longer needed (turned_off)'],
    [{ kind: 'of_tomorrow' }, 'canal-bikes: top-up of tomorrow'],
  ])('%o', (changed, sentence) => {
    expect(sentenceOf({ ...EVENT, ...changed }, EVENT.occurred_at - 1_500_000)).toBe(sentence)
  })
})
