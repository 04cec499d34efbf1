/**
 * The connection to Redis. Nothing waits for a Redis that is away: commands are neither queued nor repeated after a
 * reconnect, and every answer has a time limit. It reconnects for as long as it takes.
 */
import { Redis, ReplyError } from 'ioredis'
import type { Logger } from '../platform/log.ts'

const MAX_RECONNECT_MS = 500

/** Connects in the background. Commands fail after `answerTimeoutMs`. */
export function connectRedis(redisUrl: string, log: Logger, answerTimeoutMs: number): Redis {
  const redis = new Redis(redisUrl, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    // Commands in flight fail with the connection; only 0 retries makes the client report it at once.
    maxRetriesPerRequest: 0,
    commandTimeout: answerTimeoutMs,
    connectTimeout: 2_000,
    disconnectTimeout: 100,
    maxLoadingRetryTime: 500,
    retryStrategy: (attempts) => Math.min(25 * 2 ** Math.min(attempts, 10), MAX_RECONNECT_MS),
    // Uses commands that Redis 6 does not have.
    disableClientInfo: true,
    connectionName: 'tollgate-view',
  })
  // Every attempt to reconnect fails with an error event: log once per outage.
  let isLost = false
  redis.on('error', (error: Error) => {
    if (!isLost) log.warn({ reason: error.message }, 'Redis is not responding; reads go to the database')
    isLost = true
  })
  redis.on('ready', () => {
    if (isLost) log.info('Redis is responding again')
    isLost = false
  })
  return redis
}

/** The number of the database that the connection uses. */
export function databaseOf({ options }: Redis): number {
  return options.db ?? 0
}

/** Waits until the connection is ready; false if it is not within `ms`. */
export function isReadyWithin(redis: Redis, ms: number): Promise<boolean> {
  if (redis.status === 'ready') return Promise.resolve(true)
  return new Promise((resolve) => {
    const conclude = (isReady: boolean) => {
      clearTimeout(timeUp)
      redis.off('ready', onReady)
      resolve(isReady)
    }
    const onReady = () => conclude(true)
    const timeUp = setTimeout(() => conclude(false), Math.max(0, ms))
    redis.on('ready', onReady)
  })
}

/**
 * Drops a connection that does not answer, so that the client opens another. Safe to call from several places at once.
 */
export function reconnect(redis: Redis): void {
  if (redis.status === 'ready' && redis.stream.writable) redis.disconnect(true)
}

/** Whether the connection failed, so that the same command may succeed on the next one; not a refusal or a timeout. */
export function isConnectionLost(error: unknown): boolean {
  return !isRefusal(error) && (error as Error).message !== 'Command timed out'
}

/** Whether Redis answered that it does not do this. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ReplyError
}
