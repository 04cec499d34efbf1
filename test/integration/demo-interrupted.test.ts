/** Ctrl-C on a fresh machine, where the demo first downloads for minutes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isIdentityAlive, processIdentity } from '../../scripts/lock.mjs'
import { until, within } from '../../testkit/until.ts'

const DEMO = join(import.meta.dirname, '../../demo/main.ts')

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-interrupted-'))
  // Postgres, which does not run as root, has its folder inside.
  chmodSync(folder, 0o711)
  mkdirSync(join(folder, 'bin'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

function program(name: string, script: string): void {
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

it('ends the demo at once, with its download and its stack', async () => {
  const pidFile = join(folder, 'downloads')
  program('java', `echo 'openjdk version "25"' >&2`)
  program('mvn', `echo $$ >>'${pidFile}'; exec sleep 600`)
  const child = spawn(process.execPath, [DEMO], {
    env: {
      ...process.env,
      PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter),
      TOLLGATE_JAVA: join(folder, 'bin/java'),
      TOLLGATE_STACK: '',
      TOLLGATE_WORK_FOLDER: join(folder, 'work'),
      XDG_CACHE_HOME: join(folder, 'cache'),
    },
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  try {
    await until('it downloads', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'))
    const pids = readFileSync(pidFile, 'utf8').trim().split('\n').map(Number)
    const downloads = pids.map((pid) => processIdentity(pid)!)
    child.kill('SIGINT')
    expect(await within('the end of the demo', ended, 5_000)).toEqual([130, null])
    await until('the downloads have ended', () => !downloads.some(isIdentityAlive), 5_000)
    await until('the stack is gone', () => readdirSync(join(folder, 'work/stacks')).length === 0)
  } finally {
    child.kill('SIGKILL')
  }
})
