/**
 * Processes of the role `jobs` killed in the middle of an export: it continues after its last part, with no movement missing or
 * doubled.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { closingMicros } from '../../src/core/export/sums.ts'
import { readExport } from '../../src/reporting/exports/export-rows.ts'
import { requestExport } from '../../src/reporting/exports/request-export.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { makeMovements } from '../../testkit/movements.ts'
import { createRandom } from '../../testkit/random.ts'
import { until } from '../../testkit/until.ts'
import { testAccount } from '../support/catalog.ts'
import { componentEnvironment } from '../support/components.ts'
import { expectedRows, rowsOf } from '../support/exports.ts'
import { apply, openTestLedger, type TestLedger } from '../support/ledger.ts'

const ACCOUNT = 'killed'
/** At 20,000 per part. */
const MOVEMENTS = 150_000
const DAY_MS = 86_400_000
const KILLS = 3
/** During a part or the rest after it. */
const KILLED_WITHIN_MS = 400
const READY_WITHIN_MS = 120_000

let ledger: TestLedger
let jobs: Serve

beforeAll(async () => {
  ledger = await openTestLedger()
  await apply(ledger, [testAccount({ accountId: ACCOUNT })])
  // Of the last days: the role clears the phone numbers of old ones, which the file has.
  const to = new Date()
  const from = new Date(to.getTime() - 30 * DAY_MS)
  await makeMovements(ledger.pool, { accountId: ACCOUNT, count: MOVEMENTS, from, to })
}, 180_000)

afterAll(async () => {
  await jobs?.stop()
  await ledger?.close()
})

const start = async () =>
  startServe({
    ...(await componentEnvironment()),
    TOLLGATE_DATABASE_URL: ledger.database.url,
    TOLLGATE_ROLES: 'jobs',
  })

it('every movement is in the file once, whichever process died on the way', async () => {
  const random = createRandom(20_261_001)
  const period = { fromMicros: 0, toMicros: Number.MAX_SAFE_INTEGER }
  const asked = await requestExport(
    ledger,
    { accountId: ACCOUNT, ...period, actor: 'test', asker: null, timeZone: 'UTC' },
    'killed',
  )
  if ('refused' in asked) throw new Error(asked.refused)
  const { exportId } = asked.answer.export
  const stand = async () => (await readExport(ledger.pool, ACCOUNT, exportId))!

  const partsAtKills: number[] = []
  for (let kill = 0; kill < KILLS; kill++) {
    jobs = await start()
    const { parts } = await stand()
    await until('another part is made', async () => (await stand()).parts > parts)
    await delay(random.whole(KILLED_WITHIN_MS))
    await jobs.stop('SIGKILL')
    const left = await stand()
    expect(left.state).toBe('preparing')
    partsAtKills.push(left.parts)
  }
  jobs = await start()
  await until('the export is ready', async () => (await stand()).state === 'ready', READY_WITHIN_MS)

  const made = await stand()
  expect(made.parts).toBe(Math.ceil(MOVEMENTS / 20_000))
  expect(partsAtKills.every((parts) => parts > 0 && parts < made.parts)).toBe(true)
  expect(closingMicros(made.openingMicros, made)).toBe(made.closingMicros)
  const rows = await rowsOf(ledger.pool, made)
  expect(rows).toHaveLength(MOVEMENTS)
  const expected = await expectedRows(ledger.pool, ACCOUNT, 0, MOVEMENTS)
  // Compared line by line first: the difference of whole files would be too long to read.
  const differing = rows.findIndex((row, i) => row.join('\0') !== expected[i]!.join('\0'))
  expect(differing === -1 ? null : { of: differing, is: rows[differing], wanted: expected[differing] }).toBeNull()
}, 300_000)
