/** Writes the demo's environment to a file that another shell can source to run commands against it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface ShellEnvironment extends Disposable {
  readonly file: string
}

/** Writes the file, readable by its owner only. Disposing of it deletes the file, and so does the end of the process. */
export function writeShellEnvironment(environment: Readonly<Record<string, string>>): ShellEnvironment {
  const folder = mkdtempSync(join(tmpdir(), 'tollgate-demo-'))
  const file = join(folder, 'env')
  const lines = Object.entries(environment).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
  )
  writeFileSync(file, lines.join(''), { mode: 0o600 })
  const remove = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', remove)
  return {
    file,
    [Symbol.dispose]() {
      process.off('exit', remove)
      remove()
    },
  }
}
