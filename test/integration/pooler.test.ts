/** Jobs behind PgBouncer in transaction mode, where a transaction knows nothing of the session before it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { killUnderLoad } from '../support/kills.ts'
import { HAS_POOLER, type Pooler, startPooler } from '../support/pooler.ts'
import { completeRollUp } from '../support/rolled-up.ts'
import { runVerify } from '../support/tollgate.ts'

describe.skipIf(!HAS_POOLER)('behind PgBouncer in transaction mode', () => {
  let installation: TestInstallation
  let pooler: Pooler

  beforeAll(async () => {
    installation = await createInstallation()
    pooler = await startPooler(installation.config.database.url)
  })

  afterAll(async () => {
    await pooler?.stop()
    await installation?.close()
  })

  it('jobs sum every movement up once, one of them killed meanwhile', async () => {
    const options = { kills: 3, seed: 11, eventsPerSecond: 1_000, jobsDatabaseUrl: pooler.url }
    const { killed, summedUpDuringLoad } = await killUnderLoad(installation, options)
    expect(killed).toContain('jobs')
    expect(summedUpDuringLoad).toBeGreaterThan(1_000)
    expect(await completeRollUp(installation.pool)).toEqual({ differences: [], differingBalances: [] })
    expect(await runVerify(installation.environment)).toMatchObject({ exitCode: 0, stdout: '' })
  }, 300_000)
})
