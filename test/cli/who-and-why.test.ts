/** Nothing is changed by nobody: whoever leaves `--actor`, `--author` or `--reason` blank is told so. */
import { describe, expect, it } from 'vitest'
import { readName, readReason, userOfMachine } from '../../src/cli/who-and-why.ts'
import { runTollgate } from '../support/tollgate.ts'

const CREDIT = ['accounts', 'credit', 'acme', '5.00']

describe('is wrong usage:', () => {
  it.each([
    [[...CREDIT, '--reason', 'goodwill', '--actor', ''], "option '--actor <name>' argument '' is invalid"],
    [[...CREDIT, '--reason', ' ', '--actor', 'ann'], "option '--reason <text>' argument ' ' is invalid"],
    [['accounts', 'close', 'acme', '--actor', ' '], "option '--actor <name>' argument ' ' is invalid"],
    [['catalog', 'publish', 'prices', '--author', ''], "option '--author <name>' argument '' is invalid"],
    [['epoch', 'raise', '--reason', ''], "option '--reason <text>' argument '' is invalid"],
  ])('%j', async (args, said) => {
    const ended = await runTollgate({}, ...args)
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expect(ended.stderr).toContain(said)
  })
})

it.each([
  ['a', true],
  ['x'.repeat(200), true],
  ['x'.repeat(201), false],
  ['Zoë 😀', true],
  ['two\nlines', false],
  ['\u001b[2J', false],
  ['\ud800', false],
  ['\u00a0', false],
])('the name %j is taken: %j', (name, isTaken) => {
  if (isTaken) expect(readName(name)).toBe(name)
  else expect(() => readName(name)).toThrow('Give 1 to 200 characters')
})

it('a reason may be as long as the API allows', () => {
  expect(readReason('x'.repeat(500))).toHaveLength(500)
  expect(() => readReason('x'.repeat(501))).toThrow('Give 1 to 500 characters')
})

it('without a name it is the user of the machine, never a blank one', () => {
  const before = process.env.USER
  try {
    process.env.USER = ''
    expect(userOfMachine()).toBe('unknown')
    process.env.USER = 'ann'
    expect(userOfMachine()).toBe('ann')
  } finally {
    if (before === undefined) delete process.env.USER
    else process.env.USER = before
  }
})
