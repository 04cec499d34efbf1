/** The `tollgate` program, run as a person runs it. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

const PROGRAM = join(import.meta.dirname, '../../bin/tollgate.mjs')
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024
const END_WITHIN_MS = 100_000

export function runTollgate(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  const options = { env: { ...process.env, ...environment }, maxBuffer: MAX_OUTPUT_BYTES, timeout: END_WITHIN_MS }
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      if (error?.killed)
        reject(new Error(`tollgate ${args.join(' ')} did not end within ${END_WITHIN_MS} ms:\n${stderr}`))
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })
}

/** `tollgate verify`, at full speed: by default it throttles itself. */
export function runVerify(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  return runTollgate(environment, 'verify', '--rate', '1000000', ...args)
}
