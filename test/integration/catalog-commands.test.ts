/** The commands that publish, list and roll back catalogs and explain charges, run as by a person. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { catalogHash, parseCatalog } from '../../src/catalog/load.ts'
import { parseInstant } from '../../src/core/instant.ts'
import type { AccountSettings } from '../../src/core/settings/settings.ts'
import { createLedger, type Ledger } from '../../src/ledger/batch/record-batch.ts'
import { publishCatalog } from '../../src/ledger/catalogs/publish-catalog.ts'
import type { Writer } from '../../src/ledger/changes/change-account.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, inTransaction } from '../../src/platform/postgres.ts'
import { CATALOG_FILES, callFields, correctionFields, testAccount } from '../support/catalog.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { adjust, apply, publishAll, recordUsage } from '../support/ledger.ts'
import { type ResidentTollgate, startResidentTollgate } from '../support/resident-tollgate.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

const YAML = CATALOG_FILES['catalog.yaml']!

let resident: ResidentTollgate
let database: TestDatabase
let pool: pg.Pool
let writer: Writer
let ledger: Ledger
let directory: string

beforeAll(async () => {
  resident = startResidentTollgate()
  database = await createDatabase()
  pool = createPool(database.url, createLog('silent'))
  writer = { pool, publishing: publishAll }
  ledger = createLedger({ ...writer, consumerGroup: 'test' })
  directory = await mkdtemp(join(tmpdir(), 'tollgate-'))
})

afterAll(async () => {
  await resident?.close()
  await rm(directory, { recursive: true })
  await pool.end()
  await database.drop()
})

function tollgate(...args: string[]): Promise<Ended> {
  return resident.run({ TOLLGATE_DATABASE_URL: database.url }, ...args)
}

/** Writes the test's catalog with another `catalog.yaml`, and publishes it. */
async function publish(yaml: string, ...options: string[]): Promise<Ended> {
  for (const [name, text] of Object.entries({ ...CATALOG_FILES, 'catalog.yaml': yaml })) {
    await writeFile(join(directory, name), text)
  }
  return tollgate('catalog', 'publish', directory, ...options)
}

const without = (yaml: string, line: RegExp): string => {
  const shorter = yaml.replace(line, '')
  if (shorter === yaml) throw new Error(`${line} is not in the catalog`)
  return shorter
}

const WITHOUT_EU_100 = without(YAML, / {2}- { id: eu-100.*\n/)
const WITHOUT_EU_OPEN = without(YAML, / {2}- { id: eu-open.*\n/)
const IN_DOLLARS = YAML.replace('currency: EUR', 'currency: USD')
const RENAMED_TARIFF = YAML.replace('id: standard-eur', 'id: other-eur')

const instant = (text: string): number => parseInstant(text)!

/** `past` had eu-open before eu-100; `later` will get it. */
const ACCOUNTS: readonly AccountSettings[] = [
  testAccount({ accountId: 'acme', fairUseMinutesPerUser: 3 }),
  testAccount({
    accountId: 'past',
    packages: [
      { id: 'eu-open', fromMicros: instant('2020-01-01T00:00:00Z') },
      { id: 'eu-100', fromMicros: instant('2021-01-01T00:00:00Z') },
    ],
  }),
]

describe('catalog commands', () => {
  it('publish and list versions, and mark the one in force', async () => {
    expect((await tollgate('catalog', 'list')).stderr).toBe('no catalog has been published yet\n')
    const first = await publish(YAML, '--author', 'ann', '--comment', 'the first', '--in-force-from', '2020-01-01')
    expect(first).toMatchObject({ exitCode: 0, stdout: 'version 1 in force from 2020-01-01T00:00:00.000000Z\n' })
    await publish(YAML, '--author', 'ben', '--comment', 'two\tlines\nlong', '--in-force-from', '2199-01-01')
    const { exitCode, stdout } = await tollgate('catalog', 'list')
    expect(exitCode).toBe(0)
    const [headings, ...rows] = stdout.trimEnd().split('\n')
    expect(headings).toBe('version\tstatus\tin force from\tpublished at\thash\tauthor\tcomment')
    expect(rows.map((row) => row.split('\t').toSpliced(3, 2))).toEqual([
      ['1', 'in force', '2020-01-01T00:00:00.000000Z', 'ann', 'the first'],
      ['2', 'to come', '2199-01-01T00:00:00.000000Z', 'ben', 'two lines long'],
    ])
  })

  it('refuse to remove what accounts use, with all reasons', async () => {
    expect(await apply(writer, ACCOUNTS)).toMatchObject({ applied: { created: ['acme', 'past'] } })
    for (const [yaml, reason] of [
      [WITHOUT_EU_100, 'package eu-100 is in use, but missing from this catalog'],
      [RENAMED_TARIFF, 'tariff standard-eur is in use, but missing from this catalog'],
      [IN_DOLLARS, 'tariff standard-eur is used in EUR, but is in USD in this catalog'],
    ] as const) {
      const refused = await publish(yaml)
      expect(refused.exitCode).toBe(1)
      expect(refused.stderr).toContain(reason)
    }
    expect((await pool.query('select from tollgate.catalog_versions')).rowCount).toBe(2)
  })

  it('may drop a package that has ended, and accounts that had it can still be applied', async () => {
    expect(await publish(WITHOUT_EU_OPEN, '--comment', 'no open package')).toMatchObject({ exitCode: 0 })
    expect(await apply(writer, ACCOUNTS)).toEqual({
      applied: { created: [], changed: [], unchanged: ['acme', 'past'] },
    })
    const newcomer = testAccount({ accountId: 'new', packages: ACCOUNTS[1]!.packages })
    expect(await apply(writer, [newcomer])).toMatchObject({
      misfits: [{ accountId: 'new', code: 'unknown_package', period: { id: 'eu-open' } }],
    })
  })

  it('roll back by publishing the earlier files as a new version, with the same checks', async () => {
    // As a process of its own, which has to end by itself.
    const environment = { TOLLGATE_DATABASE_URL: database.url }
    const rolledBack = await runTollgate(environment, 'catalog', 'rollback', '1', '--author', 'ann')
    expect(rolledBack.stdout).toMatch(/^version 4 in force from /)
    const { rows } = await pool.query(
      `select n.files = o.files and n.content_hash = o.content_hash as same, n.author, n.comment
         from tollgate.catalog_versions n, tollgate.catalog_versions o where n.version = 4 and o.version = 1`,
    )
    expect(rows).toEqual([{ same: true, author: 'ann', comment: 'rollback to version 1' }])
    expect((await tollgate('catalog', 'list')).stdout).toMatch(/^4\tin force\t/m)

    const later = testAccount({
      accountId: 'later',
      packages: [{ id: 'eu-open', fromMicros: instant('2199-01-01T00:00:00Z') }],
    })
    expect(await apply(writer, [later])).toMatchObject({ applied: { created: ['later'] } })
    const refused = await tollgate('catalog', 'rollback', '3')
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(refused.stderr).toContain('package eu-open is in use, but missing from this catalog')
    expect(await tollgate('catalog', 'rollback', '99')).toMatchObject({ exitCode: 1 })
    expect(await tollgate('catalog', 'rollback', 'latest')).toMatchObject({ exitCode: 2 })
  })

  it('print JSON on request', async () => {
    const { exitCode, stdout } = await publish(YAML, '--json', '--in-force-from', '2198-01-01')
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toEqual({
      version: expect.any(Number),
      in_force_from: '2198-01-01T00:00:00.000000Z',
    })
  })

  it('never miss an account that starts to use what is dropped', async () => {
    const files = new Map(Object.entries(CATALOG_FILES).map(([name, text]) => [name, Buffer.from(text)]))
    const smaller = new Map([...files, ['catalog.yaml', Buffer.from(without(YAML, / {2}- id: bare-usd\n.*\n/))]])
    const dollars = testAccount({ accountId: 'dollars', currency: 'USD', tariff: 'bare-usd', packages: [] })
    const { catalog } = parseCatalog(smaller)
    for (let round = 0; round < 10; round++) {
      const wanted = { ...dollars, accountId: `dollars-${round}` }
      const [applied, published] = await Promise.all([
        apply(writer, [wanted]),
        publishCatalog(pool, {
          catalog: catalog!,
          files: smaller,
          contentHash: catalogHash(smaller),
          author: 'test',
          comment: 'race',
          inForceFrom: null,
        }),
      ])
      expect('applied' in applied).toBe('refused' in published)
      // Whichever was first, the next round starts with the tariff available and unused.
      if ('version' in published) await tollgate('catalog', 'rollback', '1')
      else await forget(wanted.accountId)
    }
  })
})

/** No command deletes an account, so the test does. */
async function forget(accountId: string): Promise<void> {
  await inTransaction(pool, async (connection) => {
    // As a replica, so that triggers do not fire: settings are append-only otherwise.
    await connection.query('set local session_replication_role = replica')
    await connection.query('delete from tollgate.account_settings where account_id = $1', [accountId])
    await connection.query('delete from tollgate.accounts where account_id = $1', [accountId])
  })
}

describe('explain', () => {
  beforeAll(async () => {
    await adjust(writer, 'acme', 5_000_000n)
    await recordUsage(
      { ledger },
      callFields({ event_id: 'charged', to: '+12125550100', duration_seconds: 7 }),
      callFields({ event_id: 'covered', duration_seconds: 61 }),
      callFields({ event_id: 'split', duration_seconds: 130 }),
      callFields({ event_id: 'cleared', duration_seconds: 61, leg: 'forwarded' }),
      callFields({ event_id: 'tampered', leg: 'forwarded' }),
      callFields({ event_id: 'refused', leg: 'forwarded', to: '+882123456', occurred_at: '2019-01-01T00:00:00Z' }),
    )
  })

  it.each<[string, string[]]>([
    [
      'charged',
      [
        "US is not among the package's countries (AT, DE), so the call is charged.",
        '0.006000 x 12 / 60 = 0.001200 EUR exactly, rounded half_up to 4 digits: 0.001200 EUR.',
        'Movement 2 took 0.001200 EUR: balance 5.000000 before, 4.998800 after.',
      ],
    ],
    ['covered', ['user ann had 3 minutes left', 'The call takes 2 minutes (61 seconds rounded up), so it is covered.']],
    [
      'split',
      [
        'user ann had 1 minute left',
        'the package covers the first 1 minute, the remaining 70 seconds are charged without the connection fee.',
        'Recorded: charged / fair_use_exceeded, 0.040000 EUR, 120 units priced, 1 covered minute.',
      ],
    ],
  ])('prints the decision on a %s call, and that its recomputation is the same', async (eventId, sentences) => {
    const { exitCode, stdout, stderr } = await tollgate('explain', 'acme', eventId)
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    for (const sentence of sentences) expect(stdout).toContain(sentence)
    expect(stdout).toMatch(/^1\. An outbound call/)
    expect(stdout.endsWith('\nRecomputed: the same\n')).toBe(true)
  })

  it('prints one JSON object', async () => {
    const { exitCode, stdout } = await tollgate('explain', 'acme', 'split', '--json')
    expect(exitCode).toBe(0)
    const figures = { outcome: 'charged', reason: 'fair_use_exceeded', amount: '0.040000', minutes_left: 1 }
    expect(JSON.parse(stdout)).toMatchObject({
      account_id: 'acme',
      event_id: 'split',
      stored: { ...figures, settings_version: 1 },
      recomputed: figures,
      same: true,
    })
  })

  it('follows a correction in both directions, and one that came before its event', async () => {
    await recordUsage({ ledger }, callFields({ event_id: 'wrong', leg: 'forwarded' }))
    await recordUsage({ ledger }, correctionFields('takes-back', 'wrong'), correctionFields('early', 'awaited'))
    await recordUsage({ ledger }, callFields({ event_id: 'awaited' }))
    for (const [eventId, sentence] of [
      ['wrong', 'Correction takes-back, recorded '],
      ['takes-back', 'Event wrong was charged / forwarded_leg: 0.070000 EUR and 0 covered minutes.'],
      ['early', 'Event awaited was not known yet'],
      ['awaited', 'Correction early came before the event, so it was voided'],
    ] as const) {
      const { exitCode, stdout } = await tollgate('explain', 'acme', eventId)
      expect(stdout).toContain(sentence)
      expect(stdout).toContain('Recomputed: the same')
      expect(exitCode).toBe(0)
    }
  })

  it('works with what is left after the numbers were cleared', async () => {
    await pool.query("update tollgate.rated_usage set from_number = null, to_number = null where event_id = 'cleared'")
    const { exitCode, stdout } = await tollgate('explain', 'acme', 'cleared')
    expect(exitCode).toBe(0)
    expect(stdout).toContain('2. The phone numbers were cleared after their retention')
    expect(stdout).toContain('Recomputed: the same')
  })

  it('reports an amount that the rules do not give, and fails', async () => {
    // As a replica, so that triggers do not fire: the database would refuse it.
    await pool.query(`begin; set local session_replication_role = replica;
      update tollgate.rated_usage set amount_micros = 99000 where event_id = 'tampered'; commit`)
    const { exitCode, stdout, stderr } = await tollgate('explain', 'acme', 'tampered')
    expect(exitCode).toBe(1)
    expect(stdout).toContain('Recomputed: differs in amount (recorded 0.099000, recomputed 0.070000)\n')
    expect(stderr).toContain('event tampered of account acme')
  })

  it('fails for an event that is not recorded, and says why if it was refused', async () => {
    const unknown = await tollgate('explain', 'acme', 'nowhere')
    expect(unknown).toMatchObject({ exitCode: 1, stdout: '' })
    expect(unknown.stderr).toBe('tollgate: no event nowhere of account acme is recorded\n')
    const refused = await tollgate('explain', 'acme', 'refused')
    expect(refused.exitCode).toBe(1)
    expect(refused.stderr).toContain('no event refused of account acme is recorded; refused ')
    expect(refused.stderr).toContain('no_rate, no catalog was in force at the usage')
  })
})
