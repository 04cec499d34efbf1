/** The shell commands of docs/API.md work as written, against a service with all its roles. */
import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PERMISSIONS } from '../../src/api/access/permissions.ts'
import { type Serve, startServe } from '../../stack/serve.ts'
import { createInstallation, type TestInstallation } from '../support/installation.ts'
import { openTestSandbox, type TestSandbox } from '../support/sandbox.ts'
import { findFaults } from '../support/verified.ts'

const ROOT = join(import.meta.dirname, '../..')
const PAGE = readFileSync(join(ROOT, 'docs/API.md'), 'utf8')
const RUNS_WITHIN_MS = 90_000
/** Without curl, the other tests still run. */
const HAS_CURL = spawnSync('curl', ['--version']).status === 0

let installation: TestInstallation
let sandbox: TestSandbox
let serve: Serve

beforeAll(async () => {
  installation = await createInstallation({
    TOLLGATE_PRODUCT: 'Harbor Cloud',
    TOLLGATE_SELLER: 'Harbor Telecom GmbH',
    TOLLGATE_DASHBOARD_URL: 'https://dashboard.example',
  })
  sandbox = openTestSandbox(installation)
  serve = await startServe(installation.environment)
})

afterAll(async () => {
  await serve?.stop()
  await sandbox?.drop()
  await installation?.close()
})

/** One shell for all blocks, as for a reader. `npx tollgate` is the checkout's. */
async function runBlocks(): Promise<string> {
  const blocks = [...PAGE.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block)
  expect(blocks.length).toBeGreaterThan(5)
  const npx = `npx() { shift; "${process.execPath}" "${ROOT}/bin/tollgate.mjs" "$@"; }`
  const script = ['set -euo pipefail', npx, ...blocks].join('\n')
  const { stdout } = await promisify(execFile)('bash', ['-c', script], {
    env: { ...process.env, USER: 'test', ...installation.environment, API: serve.apiUrl },
    timeout: RUNS_WITHIN_MS,
  })
  return stdout
}

describe('the page on the API', () => {
  it.skipIf(!HAS_CURL)('leads from a key to the first top-up', async () => {
    const printed = await runBlocks()
    const answers = printed.match(/\{.*?\}(?=\{|$)/gs) ?? []
    expect(answers.length).toBeGreaterThan(5)
    expect(printed).not.toContain('urn:tollgate:problem')
    const { rows } = await installation.pool.query(
      `select a.balance_micros, s.auto_top_up_is_on, c.person, c.attested_by,
              (select count(*)::int from tollgate.top_ups t where t.account_id = a.account_id) as top_ups
         from tollgate.accounts a
         join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
         join tollgate.consents c on c.account_id = a.account_id
        where a.account_id = 'acme'`,
    )
    expect(rows).toEqual([
      {
        balance_micros: 25_000_000n,
        auto_top_up_is_on: true,
        person: 'ann',
        attested_by: 'api-key back-office',
        top_ups: 1,
      },
    ])
    expect((await findFaults(installation)).faults).toEqual([])
  })

  it('names every scope that a key may have', () => {
    for (const permission of PERMISSIONS) expect(PAGE).toContain(`\`${permission}\``)
  })
})
