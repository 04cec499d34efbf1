/**
 * Redis: the machine's redis-server, else the binary that a Java library includes for tests. Nothing is written to disk: for
 * Tollgate it is a view that may be lost, and after a kill it restarts empty.
 */
import { execFile } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inflateRawSync } from 'node:zlib'
import { cachedFromMaven, type Log } from './downloads.ts'
import { freePort } from './ports.ts'
import type { Component, StackFolder } from './supervision.ts'

/** The binaries in the jar by platform, best first. The first one for x64 needs OpenSSL 3, the second is static. */
const BINARIES: Record<string, readonly string[]> = {
  'linux-x64': ['redis-server-6.2.6-v5-linux-amd64', 'redis-server-6.2.7-linux-386'],
  'linux-arm64': ['redis-server-6.2.7-linux-arm64'],
  'darwin-x64': ['redis-server-6.2.6-v5-darwin-amd64'],
  'darwin-arm64': ['redis-server-6.2.6-v5-darwin-arm64'],
}
const JAR = 'embedded-redis-1.4.3.jar'

const TRY_LIMIT_MS = 30_000

const run = promisify(execFile)

export async function startRedis(stack: StackFolder, log: Log): Promise<{ component: Component; address: string }> {
  const [command, port] = await Promise.all([prepareRedis(log), freePort()])
  const folder = stack.folderFor('redis')
  const component = stack.supervise({
    name: 'redis',
    command,
    args: ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--appendonly', 'no', '--dir', folder],
    endSignal: 'KILL',
    answers: (signal) => ping(port, signal),
  })
  await component.start()
  return { component, address: `redis://127.0.0.1:${port}` }
}

/** Finds redis-server, downloading it if necessary. */
export async function prepareRedis(log: Log): Promise<string> {
  if (await runs('redis-server')) return 'redis-server'
  const howToInstall = 'Redis is needed: apt-get install redis-server'
  const names = BINARIES[`${process.platform}-${process.arch}`]
  if (!names) throw new Error(howToInstall)
  const folder = await cachedFromMaven('redis', log, async (downloaded) => {
    for (const name of names) {
      const path = join(downloaded, name)
      writeFileSync(path, readZipEntry(readFileSync(join(downloaded, JAR)), name))
      chmodSync(path, 0o755)
    }
  })
  for (const name of names) if (await runs(join(folder, name))) return join(folder, name)
  throw new Error(howToInstall)
}

async function runs(command: string): Promise<boolean> {
  return await run(command, ['--version'], { timeout: TRY_LIMIT_MS }).then(
    () => true,
    () => false,
  )
}

function ping(port: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, signal })
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('closed')))
    socket.once('data', (reply) => {
      if (reply.toString().startsWith('+PONG')) resolve()
      else reject(new Error(reply.toString()))
      socket.destroy()
    })
    socket.write('PING\r\n')
  })
}

/** Extracts one file from a zip. Node cannot read zips, and a dependency for one file would be too much. */
function readZipEntry(zip: Buffer, name: string): Buffer {
  const END_OF_DIRECTORY = Buffer.from('PK\x05\x06')
  let at = zip.readUInt32LE(zip.lastIndexOf(END_OF_DIRECTORY) + 16)
  while (zip.toString('latin1', at, at + 4) === 'PK\x01\x02') {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ]
    if (zip.toString('utf8', at + 46, at + 46 + nameBytes) === name) {
      const header = zip.readUInt32LE(at + 42)
      const from = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28)
      const bytes = zip.subarray(from, from + zip.readUInt32LE(at + 20))
      const isStored = zip.readUInt16LE(at + 10) === 0
      return isStored ? bytes : inflateRawSync(bytes)
    }
    at += 46 + nameBytes + extraBytes + commentBytes
  }
  throw new Error(`${name} is not in ${JAR}`)
}
