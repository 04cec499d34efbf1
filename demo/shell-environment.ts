/** Where the demo is, as a file that another shell reads to run commands on it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ShellEnvironment extends Disposable {
  readonly file: string
}

/** For its owner alone, and gone with the demo. */
export function writeShellEnvironment(environment: Readonly<Record<string, string>>): ShellEnvironment {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-demo-'))
  const file = join(folder, 'env')
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
  )
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  return { file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) }
}
