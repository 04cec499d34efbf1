/**
 * Measures how many changes the live view takes into Redis, in the form in which the relay passes them on, without a listener and
 * with one. Most changes are of a balance only, as in a usage batch; every account has had a top-up.
 */
import { Redis } from 'ioredis'
import { applyChanges } from '../src/view/apply.ts'
import { encodeViewChanges, linesOf, type ViewChange } from '../src/view/changes.ts'
import { beginGeneration } from '../src/view/generation.ts'
import { channelsOf } from '../src/view/keys.ts'
import { startStack } from '../stack/stack.ts'
import type { Figure } from './figures.ts'

const ACCOUNTS = 10_000
/** Accounts of a batch in one shard. */
const CHANGES_PER_PACK = 700
const PACKS = 400
const SHARD = 0

export async function benchView(runs: number): Promise<Figure[]> {
  const stack = await startStack({ only: ['redis'] })
  const redis = new Redis(stack.redisUrl)
  const listener = new Redis(stack.redisUrl)
  try {
    let round = 0n
    const measure = async (): Promise<number> => {
      await beginGeneration(redis, SHARD, `generation-${round}`)
      await redis.del(`tollgate:{${SHARD}}:rebuild`)
      const packs = Array.from({ length: PACKS }, (_, pack) => linesOf(encodeViewChanges(changesOf(pack, round))))
      round += BigInt(PACKS)
      const startedAt = performance.now()
      for (const lines of packs) await applyChanges(redis, SHARD, lines)
      return (PACKS * CHANGES_PER_PACK) / ((performance.now() - startedAt) / 1000)
    }
    await measure()
    const alone: number[] = []
    const heard: number[] = []
    for (let run = 0; run < runs; run++) {
      alone.push(await measure())
      await listener.subscribe(channelsOf(SHARD, 0).changes)
      heard.push(await measure())
      await listener.unsubscribe()
    }
    const figure = (name: string, values: number[]): Figure => ({
      scenario: 'view',
      name,
      unit: 'changes/s',
      runs: values,
    })
    return [figure('taken by Redis', alone), figure('taken by Redis while one listens', heard)]
  } finally {
    redis.disconnect()
    listener.disconnect()
    await stack.stop()
  }
}

function changesOf(pack: number, round: bigint): ViewChange[] {
  const version = round + BigInt(pack) + 1n
  return Array.from({ length: CHANGES_PER_PACK }, (_, i) => {
    const account = (pack * CHANGES_PER_PACK + i) % ACCOUNTS
    return {
      accountId: `account-${account}`,
      epoch: 1,
      balance: {
        version,
        balanceMicros: 1_000_000_000n - version,
        currency: 'EUR',
        lastSequence: version,
        alertVersion: 0n,
      },
      status: { version: 1n, status: 'active', sinceMicros: 1_790_000_000_000_000 },
      settingsVersion: 3,
      ...(pack * CHANGES_PER_PACK < ACCOUNTS && { topUps: { version: 4n } }),
    }
  })
}
