import { expect, it } from 'vitest'
import { partitionHash } from '../../src/platform/kafka/partition-hash.ts'
import { ALWAYS, mayBeGone, noteFirst, retainedSince } from '../../src/verify/retention.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const TOPIC = 'credit.movements.v1'

/** With one, two, three or four partitions it is on 0, 1, 2, 3; with five on 0. */
const ACCOUNT = accountAt(35)

function accountAt(ofSixty: number): string {
  const accountIds = Array.from({ length: 1000 }, (_, i) => `account-${i}`)
  return accountIds.find((accountId) => partitionHash(Buffer.from(accountId)) % 60 === ofSixty)!
}

/** `lows` are the first offsets retained, and `firstMs` when the message there was sent. */
function retained(lows: number[], firstMs: (number | null)[]) {
  const ranges = lows.map((low, partition) => ({ topic: TOPIC, partition, low: BigInt(low), end: 1000n }))
  const found = retainedSince(ranges)
  for (const [partition, first] of firstMs.entries()) {
    for (const sentMs of first === null ? [] : [first, first + HOUR_MS]) {
      const message = { timestampMs: sentMs } as never
      noteFirst(found, { topic: TOPIC, partition, messages: [message], beat: async () => {} })
    }
  }
  return found
}

it.each([
  ['nothing was deleted from complete partitions', [0, 0, 0, 0], [5, 5, 5, 5], ALWAYS, null, false],
  ['anything may be deleted from one that lacks its beginning', [0, 9, 0, 0], [5, 5, 5, 5], ALWAYS, null, true],
  ['but nothing newer than the first message left there', [0, 9, 0, 0], [5, 5, 5, 5], 7, null, false],
  ['anything of about the same time may be deleted, as clocks differ', [0, 9, 0, 0], [5, 5, 5, 5], 5, null, true],
  ['anything older may be deleted', [0, 9, 0, 0], [5, 5, 5, 5], 3, null, true],
  ['anything may be deleted from one that is empty', [0, 9, 0, 0], [5, null, 5, 5], 7, null, true],
  ['nothing was deleted from an excluded partition', [0, 9, 0, 0], [5, 5, 5, 5], 3, 1, false],
])('%s', (_case, lows, firstHours, sinceHours, exceptPartition, expected) => {
  const found = retained(
    lows,
    firstHours.map((hours) => hours && hours * HOUR_MS),
  )
  expect(mayBeGone(found, ACCOUNT, sinceHours * HOUR_MS, exceptPartition)).toBe(expected)
})

it('only partitions count where the account may have been, with the current number of partitions or fewer', () => {
  const found = retained([0, 0, 0, 0, 9], [5, 5, 5, 5, 5])
  expect(mayBeGone(found, ACCOUNT, ALWAYS, null)).toBe(false)
  expect(mayBeGone(found, accountAt(59), ALWAYS, null)).toBe(true)
})
