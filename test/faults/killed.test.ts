/**
 * Invariants A to D and F under SIGKILL: whenever a rater, a relay or a jobs process dies, each event is debited once, and the
 * books equal an independent count of the same traffic. `npm run faults` does the same thirty times over.
 */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { killUnderLoad, recorded } from '../support/kills.ts'
import { completeRollUp } from '../support/rolled-up.ts'
import { runVerify } from '../support/tollgate.ts'

const KILLS = Number(process.env.TOLLGATE_TEST_KILLS ?? 3)
const SEED = Number(process.env.TOLLGATE_TEST_SEED ?? 7)
const MS_PER_KILL = 60_000

let installation: TestInstallation

beforeAll(async () => {
  installation = await createInstallation()
})

afterAll(async () => {
  await installation?.close()
})

it(
  `A, B, C, D, F: raters, relays and jobs killed ${KILLS} times under load (seed ${SEED}) debit every event exactly once, and sum it up once`,
  async () => {
    const options = { kills: KILLS, seed: SEED, eventsPerSecond: 1_000 }
    const { model, killed, summedUpDuringLoad, offsetChecks, offsetsAhead } = await killUnderLoad(installation, options)

    expect(killed).toHaveLength(KILLS)
    expect(offsetChecks).toBeGreaterThan(10)
    expect(offsetsAhead).toEqual([])
    expect(await installation.balances()).toEqual(model.balances)
    expect(await recorded(installation)).toBe(model.identities())
    const { rows: letters } = await installation.pool.query('select count(*)::int as count from tollgate.dead_letters')
    expect(letters[0].count).toBe(model.refusals())
    expect(summedUpDuringLoad).toBeGreaterThan(1_000)
    expect(await completeRollUp(installation.pool)).toEqual({ differences: [], differingBalances: [] })
    expect(await runVerify(installation.environment)).toMatchObject({ exitCode: 0, stdout: '' })
  },
  120_000 + KILLS * MS_PER_KILL,
)
