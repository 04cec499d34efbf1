/** PgBouncer in transaction mode before the tests' Postgres, if the machine has it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../stack/ports.ts'
import { until } from '../../testkit/until.ts'

const PROGRAM = process.env.TOLLGATE_TEST_PGBOUNCER ?? 'pgbouncer'
/** It refuses to run as root. */
const NOBODY = 65_534
/** Fewer than its clients have, so that a client's transactions use different server connections. */
const SERVER_CONNECTIONS = 12

export const HAS_POOLER = spawnSync(PROGRAM, ['--version']).status === 0

export interface Pooler {
  /** The server's URL through the pooler. */
  readonly url: string
  stop(): Promise<void>
}

export async function startPooler(serverUrl: string): Promise<Pooler> {
  const url = new URL(serverUrl)
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-pooler-'))
  const settings = join(folder, 'pgbouncer.ini')
  const user = decodeURIComponent(url.username)
  const password = url.password === '' ? '' : ` password=${decodeURIComponent(url.password)}`
  writeFileSync(
    settings,
    `[databases]
* = host=${url.hostname} port=${url.port || 5432} user=${user}${password}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = ${SERVER_CONNECTIONS}
max_client_conn = 500
`,
  )
  chmodSync(folder, 0o755)
  chmodSync(settings, 0o644)
  const isRoot = process.getuid?.() === 0
  const pooler = spawn(PROGRAM, [settings], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  })
  const lines: string[] = []
  pooler.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()))
  const killWithUs = () => pooler.kill('SIGKILL')
  process.once('exit', killWithUs)
  await until('the pooler listens', () => pooler.exitCode !== null || listens(port))
  if (pooler.exitCode !== null) throw new Error(`the pooler ended: ${lines.join('')}`)
  url.host = `127.0.0.1:${port}`
  return {
    url: url.href,
    async stop() {
      process.off('exit', killWithUs)
      await ended(pooler)
      rmSync(folder, { recursive: true })
    },
  }
}

async function ended(pooler: ChildProcess): Promise<void> {
  pooler.kill('SIGKILL')
  await until('the pooler is gone', () => pooler.exitCode !== null || pooler.signalCode !== null)
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
