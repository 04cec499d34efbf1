/** `tollgate verify` as an operator runs it: what it found, line by line. */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { TestInstallation } from './installation.ts'

export interface Verified {
  readonly exitCode: number
  readonly faults: string
  readonly words: string
}

export function runVerify({ environment }: Pick<TestInstallation, 'environment'>): Promise<Verified> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(import.meta.dirname, '../../bin/tollgate.mjs'), 'verify'],
      { env: { ...process.env, ...environment }, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), faults: stdout, words: stderr })
      },
    )
  })
}
