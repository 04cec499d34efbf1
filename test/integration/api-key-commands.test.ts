/** The commands that create, list, rotate and revoke API keys, run as by a person. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { useApiKey } from '../../src/ledger/access/api-keys.ts'
import { createLog } from '../../src/platform/log.ts'
import { createPool, type Pool } from '../../src/platform/postgres.ts'
import { createDatabase, type TestDatabase } from '../support/database.ts'
import { type Ended, runTollgate } from '../support/tollgate.ts'

let database: TestDatabase
let pool: Pool

beforeAll(async () => {
  database = await createDatabase()
  pool = createPool(database.url, createLog('silent'), 2)
})

afterAll(async () => {
  await pool?.end()
  await database?.drop()
})

const apiKey = (...args: string[]): Promise<Ended> =>
  runTollgate({ TOLLGATE_DATABASE_URL: database.url }, 'api-key', ...args)

const ACTOR = ['--actor', 'olga'] as const
/** A secret may contain the `_` that separates it from the key's id. */
const SECRET_CHARACTERS = 43

it('the first key is created by command, alone on standard output', async () => {
  const made = await apiKey('create', 'billing page', '--scopes', 'read,pay', '--accounts', 'acme, other', ...ACTOR)
  expect(made).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^tgk_[0-9a-f]{16}_[\w-]{43}\n$/) })
  const key = await useApiKey(pool, made.stdout.trim())
  expect(key).toMatchObject({ name: 'billing page', scopes: ['read', 'pay'], accountIds: ['acme', 'other'] })
  expect(made.stderr).toContain(key!.keyId)
  const { stdout } = await apiKey('list', '--json')
  expect(JSON.parse(stdout)).toMatchObject({ key_id: key!.keyId, created_by: 'olga', rotated_at: null })
})

it('a key is rotated, with both secrets valid for a while, and revoked; the list shows it without secrets', async () => {
  const made = await apiKey('create', 'ops', '--scopes', 'api_keys,read', '--all-accounts', ...ACTOR, '--json')
  const { token, ...key } = JSON.parse(made.stdout)
  expect(key).toMatchObject({ name: 'ops', account_ids: null })
  const rotated = await apiKey('rotate', key.key_id, '--overlap', '2h', '--actor', 'rolf', '--json')
  const { token: newer, ...after } = JSON.parse(rotated.stdout)
  expect(after).toMatchObject({ rotated_by: 'rolf', earlier_secret_expires_at: expect.any(String) })
  expect([await useApiKey(pool, token), await useApiKey(pool, newer)]).toMatchObject([{ name: 'ops' }, { name: 'ops' }])

  const revoked = await apiKey('revoke', key.key_id, '--actor', 'rita')
  expect(revoked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`${key.key_id} is revoked since`) })
  expect((await apiKey('revoke', key.key_id, '--actor', 'another')).stdout).toBe(revoked.stdout)
  expect(await useApiKey(pool, newer)).toBeNull()
  const { stdout: text } = await apiKey('list')
  expect(text).toMatch(new RegExp(`^${key.key_id}\trevoked at .*\tall\t`, 'm'))
  for (const secret of [token, newer]) expect(text).not.toContain(secret.slice(-SECRET_CHARACTERS))
  const { stdout: json } = await apiKey('list', '--json')
  expect(JSON.parse(json.split('\n')[0]!)).toMatchObject({ key_id: key.key_id, revoked_by: 'rita' })
  expect(await apiKey('rotate', key.key_id, '--overlap', '0s', ...ACTOR)).toMatchObject({
    exitCode: 1,
    stderr: `tollgate: API key ${key.key_id} is revoked: create another\n`,
  })
})

it.each([
  ['no accounts said', ['create', 'x', '--scopes', 'read', ...ACTOR], 2, 'give either --accounts or --all-accounts'],
  [
    'both',
    ['create', 'x', '--scopes', 'read', '--accounts', 'a', '--all-accounts', ...ACTOR],
    2,
    'give either --accounts or --all-accounts',
  ],
  [
    'an unknown scope',
    ['create', 'x', '--scopes', 'root', '--all-accounts', ...ACTOR],
    2,
    '--scopes must be one or more of',
  ],
  ['a useless scope', ['create', 'x', '--scopes', 'catalogs', '--accounts', 'a', ...ACTOR], 2, 'with --all-accounts'],
  ['a blank name', ['create', ' ', '--scopes', 'read', '--all-accounts', ...ACTOR], 2, 'the name must be'],
  ['no actor', ['create', 'x', '--scopes', 'read', '--all-accounts'], 2, '--actor'],
  ['an unknown key', ['rotate', '0'.repeat(16), '--overlap', '1h', ...ACTOR], 1, 'there is no API key'],
  ['an unknown key to revoke', ['revoke', '0'.repeat(16), ...ACTOR], 1, 'there is no API key'],
  ['an overlap without bounds', ['rotate', '0'.repeat(16), '--overlap', '31d', ...ACTOR], 2, 'of at most 30 days'],
])('is refused with %s', async (_, args, exitCode, why) => {
  const { rows: before } = await pool.query('select count(*) from tollgate.api_keys')
  const ended = await apiKey(...args)
  expect(ended).toMatchObject({ exitCode, stdout: '', stderr: expect.stringContaining(why) })
  expect((await pool.query('select count(*) from tollgate.api_keys')).rows).toEqual(before)
})
