/**
 * Histories of top-ups made from seeds, as `npm run histories` plays them by the thousand: processes that die between any two
 * calls, cards of every kind, a provider that is down, silent or repeats itself, restores.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Lanes, openLanes } from '../simulation/lanes.ts'
import { makeHistory } from '../simulation/steps.ts'
import { componentEnvironment } from '../support/components.ts'

const SEEDS = Array.from({ length: 50 }, (_, i) => i + 1)

/** On Stripe's double, with the real client: slower, as each call goes over HTTP. */
const STRIPE_SEEDS = Array.from({ length: 10 }, (_, i) => i + 1)

let server: string
let lanes: Lanes

beforeAll(async () => {
  const { TOLLGATE_DATABASE_URL } = await componentEnvironment(['postgres'])
  server = TOLLGATE_DATABASE_URL!
  lanes = await openLanes(server, 2)
})

afterAll(async () => {
  await lanes?.close()
})

it('E: in 50 histories everything charged is credited, within limits, and no account is stuck without a reason', async () => {
  const played = await Promise.all(SEEDS.map(async (seed) => ({ seed, ...(await lanes.play(makeHistory(seed))) })))
  const failed = played.filter(({ finding }) => finding !== null)
  expect(failed.map(({ seed, finding }) => ({ seed, ...finding }))).toEqual([])
  const sumOf = (what: string) => played.reduce((sum, { tally }) => sum + (tally[what] ?? 0), 0)
  // Otherwise almost nothing was tried.
  expect(sumOf('charges')).toBeGreaterThan(100)
  expect(sumOf('crashes')).toBeGreaterThan(20)
  expect(sumOf('restores')).toBeGreaterThan(10)
}, 300_000)

it('E: the same in 10 histories on a double of Stripe, with lists in seconds, newest first', async () => {
  const atStripe = await openLanes(server, 2, 'stripe')
  try {
    const played = await Promise.all(
      STRIPE_SEEDS.map(async (seed) => ({ seed, ...(await atStripe.play(makeHistory(seed))) })),
    )
    const failed = played.filter(({ finding }) => finding !== null)
    expect(failed.map(({ seed, finding }) => ({ seed, ...finding }))).toEqual([])
    expect(played.reduce((sum, { tally }) => sum + (tally.charges ?? 0), 0)).toBeGreaterThan(40)
  } finally {
    await atStripe.close()
  }
}, 300_000)
