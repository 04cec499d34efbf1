/** The table of docs/PAYMENTS.md is that of the machine. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isOpen, OPEN_STATES, TOP_UP_STATES, TRANSITIONS } from '../../../src/core/top-up/machine.ts'
import { NEWS } from './examples.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/PAYMENTS.md'), 'utf8')
const WORDS: Record<string, string> = { ignored: '–', impossible: '✗', declined: '*declined*', ends: '*ends*' }
const KINDS = Object.keys(NEWS) as (keyof typeof NEWS)[]

it('the page matches the machine', () => {
  const columns = [...OPEN_STATES, 'failed'] as const
  const lines = [
    ['news', ...OPEN_STATES, 'over'],
    Array<string>(columns.length + 1).fill('---'),
    ...KINDS.map((kind) => [
      kind,
      ...columns.map((state) => {
        const outcome = TRANSITIONS[state][kind]
        return outcome === state ? 'stays' : (WORDS[outcome] ?? outcome)
      }),
    ]),
  ]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`)
  expect(PAGE).toContain(table.join('\n'))
})

it('all final states are alike, except that a success is credited once', () => {
  const over = TOP_UP_STATES.filter((state) => !isOpen({ state }) && state !== 'succeeded')
  for (const state of over) expect(TRANSITIONS[state]).toEqual(TRANSITIONS.failed)
  expect(TRANSITIONS.succeeded).toEqual({ ...TRANSITIONS.failed, succeeded: 'ignored' })
})
