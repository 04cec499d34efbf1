/** How the faults of a refused file are shown to a person and to a program. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../src/catalog/faults.ts'
import { worstOf } from '../../src/cli/print-faults.ts'
import { CATALOG_FILES } from '../support/catalog.ts'
import { runTollgate } from '../support/tollgate.ts'

const BAD_ROWS = 50
const DEAR_ROWS = 30
const BAD_ACCOUNTS = 25

let directory: string
let accountsFile: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollgate-faults-'))
  for (const [name, text] of Object.entries(CATALOG_FILES)) writeFileSync(join(directory, name), text)
  // Warnings in a file that comes before the one with the errors.
  const dear = Array.from({ length: DEAR_ROWS }, (_, i) => `+7${100 + i},x,9,,1,1,,\n`).join('')
  writeFileSync(join(directory, 'outbound.csv'), `${CATALOG_FILES['outbound.csv']}+7,x,0.1,,1,1,,\n${dear}`)
  const bad = Array.from({ length: BAD_ROWS }, (_, i) => `${1_000_000 + i},x,0.1,,\n`).join('')
  writeFileSync(join(directory, 'sms.csv'), `prefix,destination,price_per_unit,effective_from,effective_to\n${bad}`)
  accountsFile = join(directory, 'accounts.yaml')
  writeFileSync(accountsFile, `accounts:\n${'  - { currency: XXX }\n'.repeat(BAD_ACCOUNTS)}`)
})
afterAll(() => rmSync(directory, { recursive: true }))

const linesOf = (text: string) => text.split('\n').slice(0, -1)

const CHECK = ['catalog', 'check']
const PUBLISH = ['catalog', 'publish']
const APPLY = ['accounts', 'apply']

describe('a refused file', () => {
  test.each([
    { command: CHECK, faults: BAD_ROWS + DEAR_ROWS, output: 'stdout' as const },
    { command: PUBLISH, faults: BAD_ROWS + DEAR_ROWS, output: 'stderr' as const },
    { command: APPLY, faults: BAD_ACCOUNTS * 4, output: 'stderr' as const },
  ])('$command: 20 faults and how many more on $output, all of $faults with --verbose', async (row) => {
    const { command, faults, output } = row
    const args = [...command, command === APPLY ? accountsFile : directory]
    const short = await runTollgate({}, ...args)
    expect(short.exitCode).toBe(2)
    const isFault = (line: string) => /\.(csv|yaml):\d+: /.test(line)
    expect(linesOf(short[output]).filter(isFault)).toHaveLength(20)
    expect(linesOf(short.stderr)).toContain(`and ${faults - 20} more; use --verbose to print all`)
    const long = await runTollgate({}, ...args, '--verbose')
    expect(long.exitCode).toBe(2)
    expect(linesOf(long[output]).filter(isFault)).toHaveLength(faults)
    expect(long.stderr).not.toContain('more;')
    if (output === 'stderr') expect([short.stdout, long.stdout]).toEqual(['', ''])
  })

  test.each([
    { command: CHECK, faults: BAD_ROWS + DEAR_ROWS },
    { command: PUBLISH, faults: BAD_ROWS + DEAR_ROWS },
    { command: APPLY, faults: BAD_ACCOUNTS * 4 },
  ])('$command --json: all $faults on standard output', async ({ command, faults }) => {
    const file = command === APPLY ? accountsFile : directory
    const { exitCode, stdout, stderr } = await runTollgate({}, ...command, file, '--json')
    expect(exitCode).toBe(2)
    const read = linesOf(stdout).map((line) => JSON.parse(line))
    expect(read).toHaveLength(faults)
    for (const fault of read) expect(Object.keys(fault)).toEqual(['file', 'line', 'severity', 'reason'])
    expect(stderr).not.toMatch(/:\d+: /)
  })

  test('shows its errors before its warnings when there are too many for all', async () => {
    const { stdout } = await runTollgate({}, 'catalog', 'check', directory)
    expect(linesOf(stdout)).toEqual(Array.from({ length: 20 }, (_, i) => expect.stringContaining(`sms.csv:${i + 2}: `)))
  })

  test('of tollgate rate shows no more than 20 faults either', async () => {
    const args = ['rate', '--catalog', directory, '--accounts', accountsFile, '--events', '-']
    const { exitCode, stdout, stderr } = await runTollgate({}, ...args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(linesOf(stderr).slice(20)).toEqual([
      `and ${BAD_ROWS + DEAR_ROWS + BAD_ACCOUNTS * 4 - 20} more; use --verbose to print all`,
      `tollgate: ${BAD_ROWS + BAD_ACCOUNTS * 4} faults found: nothing was rated`,
    ])
  })
})

describe('the worst of some faults', () => {
  const fault = (text: string): Fault => {
    const severity = text.startsWith('e') ? 'error' : 'warning'
    return { file: 'a.csv', line: Number(text.slice(1)), reason: '', severity }
  }
  test.each([
    { faults: 'w1 e2 w3 e4', limit: 4, shown: 'w1 e2 w3 e4' },
    { faults: 'w1 e2 w3 e4', limit: 3, shown: 'e2 e4 w1' },
    { faults: 'w1 e2 w3 e4', limit: 1, shown: 'e2' },
    { faults: 'w1 w2', limit: 1, shown: 'w1' },
  ])('$limit of $faults: $shown', ({ faults, limit, shown }) => {
    const worst = worstOf(faults.split(' ').map(fault), limit)
    expect(worst.map(({ severity, line }) => `${severity[0]}${line}`).join(' ')).toBe(shown)
  })
})
