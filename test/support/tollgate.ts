/** The `tollgate` program, run to its end as a person runs it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = join(import.meta.dirname, '../../bin/tollgate.mjs')
const MOST_OUTPUT_BYTES = 64 * 1024 * 1024

export function runTollgate(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const options = { env: { ...process.env, ...environment }, maxBuffer: MOST_OUTPUT_BYTES }
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) =>
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr }),
    )
  })
}
