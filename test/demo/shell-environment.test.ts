import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { writeShellEnvironment } from '../../demo/shell-environment.ts'

it('a shell that sources the file has the exact values, only the owner may read it, and it is deleted at the end', () => {
  const environment = { TOLLGATE_PRODUCT: `It's "a" $HOME \`b\``, TOLLGATE_DATABASE_URL: 'postgres://a@b/c?d=e&f=g' }
  const written = writeShellEnvironment(environment)
  const read = Object.keys(environment).map((name) =>
    execFileSync('sh', ['-c', `. "$1"; printenv ${name}`, 'sh', written.file], { encoding: 'utf8' }).trimEnd(),
  )
  expect(read).toEqual(Object.values(environment))
  expect(statSync(written.file).mode & 0o777).toBe(0o600)
  written[Symbol.dispose]()
  expect(existsSync(written.file)).toBe(false)
})
