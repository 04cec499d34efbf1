/** `tollgate view rebuild`: rebuilds all shards of the live view from the database while the service runs. */
import { setTimeout as delay } from 'node:timers/promises'
import { SHARDS } from '../outbox/messages.ts'
import { createLog } from '../platform/log.ts'
import { rebuildView } from '../view/rebuild.ts'
import { connectRedis, isReadyWithin } from '../view/redis.ts'
import { CommandFailed, counted } from './command.ts'
import { readConfig, withDatabase } from './connected.ts'

const ANSWER_TIMEOUT_MS = 5_000
const RETRY_BUSY_MS = 500

export async function rebuildWholeView(): Promise<void> {
  const { redis: view } = readConfig('redis', 'database', 'log')
  const redis = connectRedis(view.url, createLog('silent'), ANSWER_TIMEOUT_MS)
  try {
    if (!(await isReadyWithin(redis, ANSWER_TIMEOUT_MS))) {
      throw new CommandFailed('Redis is not responding: try again once it is; until then reads go to the database', 1)
    }
    await withDatabase(async (pool) => {
      let accounts = 0
      let shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard)
      for (;;) {
        const rebuilt = await rebuildView({ redis, pool }, shards)
        accounts += rebuilt.accounts
        shards = rebuilt.busy
        if (shards.length === 0) break
        await delay(RETRY_BUSY_MS)
      }
      process.stderr.write(`the live view was rebuilt: ${counted(accounts, 'account')}\n`)
    })
  } finally {
    redis.disconnect()
  }
}
