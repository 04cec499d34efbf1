/** Stopping `node bin/tollgate.mjs` leaves no process behind. */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../testkit/until.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Makes the program believe that this Node version cannot run its sources directly. */
const OLDER = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.0.0' } })`
const WITHIN_MS = 20_000

let folder: string
let events: string
/** Also held open by us, so that the program never sees the end of its input. */
let input: number
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-stop-'))
  events = join(folder, 'events')
  execFileSync('mkfifo', [events])
  input = openSync(events, 'r+')
})
afterAll(() => {
  closeSync(input)
  rmSync(folder, { recursive: true })
})

describe('SIGTERM to node bin/tollgate.mjs', () => {
  it.each([
    { node: 'Node 24', args: [] },
    { node: 'an older Node, which hands over to the one installed', args: ['--import', OLDER] },
  ])(
    'ends all its processes on $node',
    async ({ args }) => {
      const rate = ['rate', '--catalog', 'demo/catalog', '--accounts', 'demo/accounts.yaml', '--events', events]
      const child = spawn(process.execPath, [...args, 'bin/tollgate.mjs', ...rate], {
        cwd: ROOT,
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      let hasPrinted = false
      let closed: unknown = null
      child.stdout.once('data', () => {
        hasPrinted = true
      })
      child.once('close', (exitCode, endedBy) => {
        closed = { exitCode, endedBy }
      })
      // The first result shows that the program is running, in whichever process.
      writeSync(input, '{}\n')
      await until('the program prints a result', () => hasPrinted, WITHIN_MS)
      child.kill('SIGTERM')
      // Held open by the process that we started and by any that it started.
      await until('no process has its output open any more', () => closed !== null, WITHIN_MS)
      expect(closed).toEqual({ exitCode: null, endedBy: 'SIGTERM' })
    },
    60_000,
  )
})
