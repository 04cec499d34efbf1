import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createAlarm } from '../../src/outbox/alarm.ts'
import { keepLease, type Leadership } from '../../src/outbox/leadership.ts'
import { LEASE_SECONDS, RENEW_MS } from '../../src/outbox/leases.ts'
import type { Pool } from '../../src/platform/postgres.ts'

/** Claimed just now; each renewal gets the next of `answers`, and then always the last. */
function leaseOf(shards: readonly number[], answers: readonly (() => Promise<readonly number[]>)[]) {
  let renewals = 0
  const leadership = {
    shards,
    claimedAt: performance.now(),
    renew: () => answers[Math.min(renewals++, answers.length - 1)]!(),
    lane: 'now',
    pool: { query: async () => ({ rows: [] }) } as unknown as Pool,
    report: { published() {}, waiting() {}, interrupted() {} },
    state: { alarm: createAlarm(), lastTurnAt: 0, lastGoodAt: 0 },
  } as unknown as Leadership
  return keepLease(leadership)
}

const held = async () => [0, 1]
const lost = async () => [0]
const gained = async () => [0, 1, 2]
const fails = () => Promise.reject(new Error('the database does not answer'))

describe('a lease', () => {
  // Concurrently, as each takes longer than a lease.
  it.concurrent.each([
    ['is held while it is renewed', [held], { isHeld: true, hasChanged: false }],
    ['survives a renewal that fails', [fails, held], { isHeld: true, hasChanged: false }],
    ['ends if a shard is lost', [held, lost], { isHeld: false, hasChanged: true }],
    ['is held, but must be started again, if a shard is gained', [held, gained], { isHeld: true, hasChanged: true }],
    [
      'still must be started again if a shard was gained and a later renewal no longer names it',
      [gained, held],
      { isHeld: true, hasChanged: true },
    ],
    ['expires if no renewal is answered', [fails], { isHeld: false, hasChanged: false }],
    [
      'is over once it has expired, even if it could be acquired again: another process may have held it',
      [fails, fails, fails, held],
      { isHeld: false, hasChanged: true },
    ],
  ])('%s', async (_, answers, expected) => {
    const lease = leaseOf([0, 1], answers)
    await delay(LEASE_SECONDS * 1000 + 2.5 * RENEW_MS)
    expect({ isHeld: lease.isHeld(), hasChanged: lease.hasChanged() }).toEqual(expected)
    await lease.stop()
  })
})
