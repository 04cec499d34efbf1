/**
 * Receives the newer parts of accounts as the feed writes them to the live view. If a heartbeat of a shard arrived
 * within the last two seconds, everything that the outbox held before it has arrived too: both come over one
 * connection, in order.
 *
 * Between two connections or two generations something may be missing. Then, and when a shard is first vouched for
 * again, the subscriber is notified, and reads the database once.
 */
import type { Redis } from 'ioredis'
import { SHARDS } from '../outbox/messages.ts'
import type { Logger } from '../platform/log.ts'
import { type NewerParts, tryReadParts } from './changes.ts'
import { channelsOf, shardOfAccount } from './keys.ts'
import { connectRedis, databaseOf, isRefusal, reconnect } from './redis.ts'
import { TRUST_MS } from './vouch.ts'

const ANSWER_TIMEOUT_MS = 1_000
const LOOK_EVERY_MS = 1_000

/** Who receives news of accounts. */
export interface ViewSubscriber {
  wants(accountId: string): boolean
  newer(accountId: string, parts: NewerParts): void
  /** News may have been missed, of the accounts for which `isOf` returns true. */
  missed(isOf: (accountId: string) => boolean): void
}

export interface ViewListener {
  /** Connects to Redis and subscribes. Call `close` before calling it again. */
  open(subscriber: ViewSubscriber): void
  close(): void
  /** Whether all news of the account is received at present. */
  isHeard(accountId: string): boolean
}

interface ShardReception {
  heardAtMs: number
  generation: string | null
}

/** Creates a listener; it connects with `open`. */
export function createViewListener(redisUrl: string, log: Logger): ViewListener {
  const shards = Array.from({ length: SHARDS }, (): ShardReception => ({ heardAtMs: NEVER_HEARD, generation: null }))
  let close = () => {}

  return {
    open(subscriber) {
      const redis = connectRedis(redisUrl, log, ANSWER_TIMEOUT_MS)
      const shardOfChannel = channelsOfAllShards(databaseOf(redis))
      redis.on('ready', () => {
        redis.subscribe(...shardOfChannel.keys()).catch((error) => {
          // Asked again at once, a server that refuses would refuse again, many times a second.
          if (isRefusal(error))
            log.warn({ err: error }, 'Redis refuses the subscription; updates come from the database')
          else reconnect(redis)
        })
      })
      redis.on('close', forget)
      redis.on('message', (channel: string, text: string) => {
        const { shard, isBeat } = shardOfChannel.get(channel)!
        if (isBeat) onHeartbeat(shard, text, subscriber)
        else onChanges(text, subscriber)
      })
      const looking = setInterval(() => look(redis), LOOK_EVERY_MS).unref()
      close = () => {
        clearInterval(looking)
        redis.removeAllListeners('message')
        redis.disconnect()
        forget()
      }
    },
    close: () => close(),
    isHeard: (accountId) => isFresh(shards[shardOfAccount(accountId)]!),
  }

  function forget(): void {
    for (const shard of shards) shard.heardAtMs = NEVER_HEARD
  }

  function onHeartbeat(shard: number, generation: string, subscriber: ViewSubscriber): void {
    const heard = shards[shard]!
    const isNewlyTrusted = !isFresh(heard) || heard.generation !== generation
    heard.heardAtMs = performance.now()
    heard.generation = generation
    if (isNewlyTrusted) subscriber.missed((accountId) => shardOfAccount(accountId) === shard)
  }

  /** Silence means that nobody feeds the view, or that the connection is dead; a ping tells which. */
  function look(redis: Redis): void {
    if (redis.status !== 'ready' || shards.every(isFresh)) return
    redis.ping().catch(() => reconnect(redis))
  }
}

interface ChannelUse {
  readonly shard: number
  readonly isBeat: boolean
}

function channelsOfAllShards(database: number): ReadonlyMap<string, ChannelUse> {
  const uses = new Map<string, ChannelUse>()
  for (let shard = 0; shard < SHARDS; shard++) {
    const { changes, beats } = channelsOf(shard, database)
    uses.set(changes, { shard, isBeat: false }).set(beats, { shard, isBeat: true })
  }
  return uses
}

const NEVER_HEARD = Number.NEGATIVE_INFINITY

function isFresh({ heardAtMs }: ShardReception): boolean {
  return performance.now() - heardAtMs < TRUST_MS
}

/** One line per account. Most accounts are of no interest here, so only their id is parsed. */
function onChanges(text: string, subscriber: ViewSubscriber): void {
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf('\n', start)
    const end = lineEnd === -1 ? text.length : lineEnd
    const tab = text.indexOf('\t', start)
    const accountId = text.slice(start, tab)
    if (tab !== -1 && tab < end && subscriber.wants(accountId)) {
      const parts = tryReadParts(text.slice(tab + 1, end))
      if (parts === null) subscriber.missed((one) => one === accountId)
      else subscriber.newer(accountId, parts)
    }
    start = end + 1
  }
}
