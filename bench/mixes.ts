/** Generates encoded traffic in large amounts, as producers would send it. */

import { decideUsage } from '../src/core/batch/decide-usage.ts'
import { newBook } from '../src/core/book/book.ts'
import { BookOverlay } from '../src/core/book/overlay.ts'
import type { Catalog } from '../src/core/catalog/catalog.ts'
import type { InstantMicros } from '../src/core/instant.ts'
import { isRecorded, type Outcome } from '../src/core/rating/decision.ts'
import type { AccountSettings } from '../src/core/settings/settings.ts'
import { contentOf } from '../src/core/usage/content.ts'
import { readUsageRecord } from '../src/core/usage/read.ts'
import type { Encode } from '../src/ledger/changes/announce.ts'
import { createTraffic, type TrafficItem, type TrafficOptions } from '../testkit/traffic.ts'

export interface UsageMessage {
  readonly topic: string
  readonly key: string
  readonly value: Buffer | null
}

export interface MixParts {
  readonly accounts: readonly AccountSettings[]
  readonly catalog: Catalog
  readonly startMicros: InstantMicros
  readonly encode: Encode
}

/** An endless stream: a scenario takes as many as it needs. */
export type Mix = (parts: MixParts, seed: number) => Generator<UsageMessage>

const uniform = () => 1

/** All kinds of usage, evenly over all accounts. */
export const uniformMix: Mix = (parts, seed) => mixed(parts, { seed, weight: uniform })

/** All kinds of usage, each account with a share of 1 / rank (Zipf's law with exponent 1). */
export const zipfMix: Mix = (parts, seed) => mixed(parts, { seed })

/** All kinds of usage, one account with a given share and the rest evenly over the others. */
export const hotMix =
  (share: number): Mix =>
  (parts, seed) => {
    const others = parts.accounts.length - 1
    const weight = (index: number) => (index === 0 ? share : (1 - share) / others)
    return mixed(parts, { seed, weight })
  }

/** Calls, with every event twice, some hundred events apart. */
export function* twiceMix(parts: MixParts, seed: number): Generator<UsageMessage> {
  const recent: UsageMessage[] = []
  for (const message of mixed(parts, { seed, weight: uniform })) {
    yield message
    recent.push(message)
    if (recent.length > 300) yield recent.shift()!
  }
}

/** Calls that all have the same outcome. */
export const onlyMix =
  (outcome: Outcome): Mix =>
  (parts, seed) =>
    onlyWith(parts, seed, outcome)

function* onlyWith(parts: MixParts, seed: number, outcome: Outcome): Generator<UsageMessage> {
  const book = new BookOverlay(newBook(parts.catalog, parts.accounts))
  for (const item of items(parts, { seed, weight: uniform, kinds: 'calls' })) {
    if (item.kind === 'junk') continue
    const read = readUsageRecord({ ...item.event }, 'call')
    if ('refusal' in read) continue
    const content = contentOf(read.event)
    const decided = decideUsage(read.event, content, book)
    if (decided.outcome !== outcome) continue
    if (isRecorded(decided)) book.apply(read.event, content, decided, null)
    yield encoded(item, parts.encode)
  }
}

function* mixed(parts: MixParts, options: Pick<TrafficOptions, 'seed' | 'weight'>): Generator<UsageMessage> {
  for (const item of items(parts, options)) yield encoded(item, parts.encode)
}

function* items(
  { accounts, startMicros }: MixParts,
  options: Pick<TrafficOptions, 'seed' | 'weight' | 'kinds'>,
): Generator<TrafficItem> {
  const traffic = createTraffic({ accounts, startMicros, ...options })
  for (;;) yield traffic.next()
}

function encoded(item: TrafficItem, encode: Encode): UsageMessage {
  return item.kind === 'junk'
    ? { topic: item.topic, key: item.accountKey, value: item.value }
    : { topic: item.topic, key: item.event.account_id, value: Buffer.from(encode(item.topic, item.event)) }
}
