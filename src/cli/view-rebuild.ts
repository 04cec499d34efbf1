/** `tollgate view rebuild`: writes the live view anew from the database, every shard of it, while the service goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import { SHARDS } from '../outbox/messages.ts'
import { createLog } from '../platform/log.ts'
import { rebuildView } from '../view/rebuild.ts'
import { connectRedis, isReadyWithin } from '../view/redis.ts'
import { CommandFailed, counted } from './command.ts'
import { readConfig, withDatabase } from './connected.ts'

const ANSWER_WITHIN_MILLIS = 5_000
const ASK_AGAIN_MILLIS = 500

export async function rebuildWholeView(): Promise<void> {
  const { redis: view } = readConfig('redis', 'database', 'log')
  const redis = connectRedis(view.url, createLog('silent'), ANSWER_WITHIN_MILLIS)
  try {
    if (!(await isReadyWithin(redis, ANSWER_WITHIN_MILLIS))) {
      throw new CommandFailed('Redis does not answer: try again once it does; until then the database answers', 1)
    }
    await withDatabase(async (pool) => {
      let accounts = 0
      let shards: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard)
      for (;;) {
        const rebuilt = await rebuildView({ redis, pool }, shards)
        accounts += rebuilt.accounts
        shards = rebuilt.busy
        if (shards.length === 0) break
        await delay(ASK_AGAIN_MILLIS)
      }
      process.stderr.write(`the live view is rebuilt: ${counted(accounts, 'account')}\n`)
    })
  } finally {
    redis.disconnect()
  }
}
