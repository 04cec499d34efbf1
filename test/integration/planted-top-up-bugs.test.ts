/**
 * Shows that `npm run histories` finds bugs: bugs of the worst kinds are planted in the product, one at a time, and each is
 * found by the seed given here, under its name.
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { componentEnvironment } from '../support/components.ts'

const ROOT = join(import.meta.dirname, '../..')

interface Ended {
  readonly exitCode: number
  readonly output: string
}

let server: string

beforeAll(async () => {
  server = (await componentEnvironment(['postgres'])).TOLLGATE_DATABASE_URL!
})

function playHistories(bug: string, ...args: readonly string[]): Promise<Ended> {
  const command = ['--import', './test/support/planted-top-up-bugs.mjs', 'test/simulation/main.ts', ...args]
  const env = { ...process.env, PLANTED_BUG: bug, TOLLGATE_TEST_POSTGRES_URL: server }
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), output: stdout + stderr })
    })
  })
}

describe('a planted bug is found', () => {
  it.each([
    { bug: 'a new payment after a time-out', seed: 4, finding: 'charged_twice' },
    { bug: 'credit before the word of the provider', seed: 1, finding: 'credit_without_charge' },
    { bug: 'limits judged outside the lock', seed: 7, finding: 'charged_above_cap' },
    { bug: 'a pause that is not stored', seed: 3, finding: 'charged_while_paused' },
    { bug: 'a fourth try after three declines', seed: 2, finding: 'charged_while_paused' },
    { bug: 'a webhook posted twice', seed: 3, finding: 'credit_without_charge' },
  ])('$bug: seed $seed, $finding', async ({ bug, seed, finding }) => {
    const { exitCode, output } = await playHistories(bug, '--seed', `${seed}`, '--runs', '1', '--no-shrink')
    expect(output).toContain(`seed ${seed} failed: ${finding}: `)
    expect(exitCode).toBe(1)
  })

  it('and shortened: the command printed last replays it, with fewer steps', async () => {
    const bug = 'credit before the word of the provider'
    const { output } = await playHistories(bug, '--seed', '1', '--runs', '1')
    const [, seed, keep] = /--seed (\d+) --runs 1 --keep ([\d,]+)/.exec(output)!
    expect(keep!.split(',').length).toBeLessThan(6)
    const again = await playHistories(bug, '--seed', seed!, '--runs', '1', '--keep', keep!, '--no-shrink')
    expect(again.output).toContain(`seed ${seed} failed: credit_without_charge: `)
    expect(again.exitCode).toBe(1)
  })

  it('only if its line exists: otherwise the program ends at once', async () => {
    const { exitCode, output } = await playHistories('no such bug', '--runs', '1')
    expect(output).toContain('no bug to plant is called no such bug')
    expect(exitCode).toBe(1)
  })
})

describe('wrong usage', () => {
  it.each([
    { args: ['--runs', 'many'], says: '--runs many is no number of histories' },
    { args: ['--seed', '1', '--runs', '1', '--keep', '900'], says: 'names steps that history 1 does not have' },
    { args: ['--keep', '1'], says: '--keep is for one history' },
    { args: ['--provider', 'bank'], says: '--provider bank is none of sandbox, stripe' },
  ])('$args ends with 2', async ({ args, says }) => {
    const { exitCode, output } = await playHistories('a webhook posted twice', ...args)
    expect(output).toContain(says)
    expect(exitCode).toBe(2)
  })
})
