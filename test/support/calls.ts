/** A stream of calls including faulty ones, as items and as messages for the broker. */
import type { Message } from 'kafkajs'
import type { Produced } from '../../testkit/tally.ts'
import { createTraffic, type TrafficItem } from '../../testkit/traffic.ts'
import type { TestInstallation } from './installation.ts'

export const CALLS_TOPIC = 'usage.calls.v1'

export function someCalls(
  { accounts, startMicros, encode }: TestInstallation,
  seed: number,
  count: number,
): { items: TrafficItem[]; messages: Message[]; produced: Readonly<Produced> } {
  const traffic = createTraffic({ seed, accounts, startMicros, kinds: 'calls' })
  const items = Array.from({ length: count }, () => traffic.next())
  const messages = items.map((item) =>
    item.kind === 'junk'
      ? { key: item.accountKey, value: item.value }
      : { key: item.event.account_id, value: Buffer.from(encode(CALLS_TOPIC, item.event)) },
  )
  return { items, messages, produced: traffic.produced }
}
