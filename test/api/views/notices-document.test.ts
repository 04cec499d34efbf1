/** The table in docs/NOTICES.md matches the core's, with the API's figures. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { FORMS } from '../../../src/api/views/notice-figures.ts'
import { NOTICES } from '../../../src/core/notices/table.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../../docs/NOTICES.md'), 'utf8')
const ROWS = [...PAGE.matchAll(/^\| ([a-z_]+) \| (.*) \|$/gm)].slice(1).map(([, key, rest]) => {
  const [severity, part, who, x, , figures, hiddenBy] = rest!.split('|').map((cell) => cell.trim())
  return { key, severity, part, who, x, figures, hiddenBy }
})
const LASTS = 'days_left, no_days_left_reason, lasts_until'

it('the document lists every notice, in order', () => {
  const documented = ROWS.map(({ key, part, who, x, hiddenBy }) => [key, part, who, x, hiddenBy])
  expect(documented).toEqual(
    NOTICES.map((row) => [row.key, row.placement, row.for, row.isDismissible ? 'x' : '', row.hiddenBy.join(', ')]),
  )
})

it('the document lists the figures of every notice', () => {
  const figuresOf = (key: string) => Object.keys(FORMS[key as keyof typeof FORMS].schema.shape.figures.shape).sort()
  const both = ROWS.filter(({ key }) => key === 'exhausted' || key === 'paused').flatMap(({ figures }) => figures!)
  for (const { key, figures } of ROWS) {
    const shown = key === 'exhausted_and_paused' ? both.join(', ').replace(', *lasts*', '') : figures!
    expect(shown.replace('*lasts*', LASTS).split(', ').sort(), key).toEqual(figuresOf(key!))
  }
})
