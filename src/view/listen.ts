/**
 * Hears what is newer in the live view, as its feed takes it. While a heartbeat of a shard was heard within the last two
 * seconds, all that the outbox had of it before has been heard, too: both come over one connection, in order.
 *
 * Between what one connection heard and the next, or one generation and the next, something may be missing. Then, and
 * when a shard is first vouched for again, the listener says so, and whoever listens asks the database once.
 */
import type { Redis } from 'ioredis'
import { SHARDS } from '../outbox/messages.ts'
import type { Logger } from '../platform/log.ts'
import { type NewerParts, readParts } from './changes.ts'
import { channelsOf, shardOfAccount } from './keys.ts'
import { connectRedis, reconnect } from './redis.ts'
import { TRUST_MILLIS } from './vouch.ts'

const ANSWER_WITHIN_MS = 1_000
const LOOK_EVERY_MS = 1_000

export interface ViewEars {
  wants(accountId: string): boolean
  newer(accountId: string, parts: NewerParts): void
  /** Something may not have been heard, of the accounts for which `isOf` says yes. */
  missed(isOf: (accountId: string) => boolean): void
}

export interface ViewListener {
  /** Connects to Redis and listens; before `close` it is not called again. */
  open(ears: ViewEars): void
  close(): void
  /** Whether whatever becomes of the account is heard. */
  isHeard(accountId: string): boolean
}

interface HeardShard {
  heardAtMs: number
  generation: string | null
}

export function createViewListener(redisUrl: string, log: Logger): ViewListener {
  const shards = Array.from({ length: SHARDS }, (): HeardShard => ({ heardAtMs: UNHEARD, generation: null }))
  const shardOfChannel = new Map<string, { readonly shard: number; readonly isBeat: boolean }>()
  for (let shard = 0; shard < SHARDS; shard++) {
    const { changes, beats } = channelsOf(shard)
    shardOfChannel.set(changes, { shard, isBeat: false }).set(beats, { shard, isBeat: true })
  }
  let close = () => {}

  return {
    open(ears) {
      const redis = connectRedis(redisUrl, log, ANSWER_WITHIN_MS)
      redis.on('ready', () => {
        redis.subscribe(...shardOfChannel.keys()).catch(() => reconnect(redis))
      })
      redis.on('close', forget)
      redis.on('message', (channel: string, text: string) => {
        const { shard, isBeat } = shardOfChannel.get(channel)!
        if (isBeat) hearBeat(shard, text, ears)
        else hearChanges(text, ears)
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
    for (const shard of shards) shard.heardAtMs = UNHEARD
  }

  function hearBeat(shard: number, generation: string, ears: ViewEars): void {
    const heard = shards[shard]!
    const isAnew = !isFresh(heard) || heard.generation !== generation
    heard.heardAtMs = performance.now()
    heard.generation = generation
    if (isAnew) ears.missed((accountId) => shardOfAccount(accountId) === shard)
  }

  /** Silence may be that of a view that nobody feeds, or of a connection that is dead: only an answer tells. */
  function look(redis: Redis): void {
    if (redis.status !== 'ready' || shards.every(isFresh)) return
    redis.ping().catch(() => reconnect(redis))
  }
}

const UNHEARD = Number.NEGATIVE_INFINITY

function isFresh({ heardAtMs }: HeardShard): boolean {
  return performance.now() - heardAtMs < TRUST_MILLIS
}

/** A line an account; most are of accounts that nobody here asks for, so no more is read of them than the id. */
function hearChanges(text: string, ears: ViewEars): void {
  for (let start = 0; start < text.length; ) {
    const lineEnd = text.indexOf('\n', start)
    const end = lineEnd === -1 ? text.length : lineEnd
    const tab = text.indexOf('\t', start)
    const accountId = text.slice(start, tab)
    if (tab !== -1 && tab < end && ears.wants(accountId)) ears.newer(accountId, readParts(text.slice(tab + 1, end)))
    start = end + 1
  }
}
