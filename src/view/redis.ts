/**
 * The connection to Redis. Nothing waits for a Redis that is away: no queue of commands that cannot be sent, none sent
 * again after a reconnect, and a limit on every answer. It reconnects by itself for as long as it takes.
 */
import { Redis, ReplyError } from 'ioredis'
import type { Logger } from '../platform/log.ts'

const MOST_RECONNECT_MILLIS = 500

export function connectRedis(redisUrl: string, log: Logger, answerWithinMillis: number): Redis {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Commands in flight fail when the connection does; only 0 retries makes the client tell them at once.
    maxRetriesPerRequest: 0,
    commandTimeout: answerWithinMillis,
    connectTimeout: 2_000,
    disconnectTimeout: 100,
    maxLoadingRetryTime: 500,
    retryStrategy: (attempts) => Math.min(25 * 2 ** Math.min(attempts, 10), MOST_RECONNECT_MILLIS),
    // Commands that Redis 6 does not know.
    disableClientInfo: true,
    connectionName: 'tollgate-view',
  })
  // Each attempt to reconnect fails with an error of its own: one line an outage says enough.
  let isLost = false
  redis.on('error', (error: Error) => {
    if (!isLost) log.warn({ reason: error.message }, 'Redis does not answer; the database answers instead')
    isLost = true
  })
  redis.on('ready', () => {
    if (isLost) log.info('Redis answers again')
    isLost = false
  })
  return redis
}

/** False when Redis does not answer in time. */
export function isReadyWithin(redis: Redis, millis: number): Promise<boolean> {
  if (redis.status === 'ready') return Promise.resolve(true)
  return new Promise((resolve) => {
    const conclude = (isReady: boolean) => {
      clearTimeout(timeUp)
      redis.off('ready', onReady)
      resolve(isReady)
    }
    const onReady = () => conclude(true)
    const timeUp = setTimeout(() => conclude(false), Math.max(0, millis))
    redis.on('ready', onReady)
  })
}

/** Lets go of a connection that does not answer, once however many notice; the client then makes another. */
export function reconnect(redis: Redis): void {
  if (redis.status === 'ready' && redis.stream.writable) redis.disconnect(true)
}

/** Whether it is the connection that failed, so that the same may succeed on the next one: no refusal, no time-out. */
export function isConnectionLost(error: unknown): boolean {
  return !(error instanceof ReplyError) && (error as Error).message !== 'Command timed out'
}
