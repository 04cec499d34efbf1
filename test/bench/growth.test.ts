import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filledUp } from '../../bench/growth.ts'
import { loadCatalog, parseCatalog } from '../../src/catalog/load.ts'

const SAMPLE = join(import.meta.dirname, '../../demo/catalog')
const PREFIXES = 20_000

describe('a deck filled up with longer prefixes', () => {
  const deck = filledUp(readFileSync(join(SAMPLE, 'outbound-eur.csv'), 'utf8'), PREFIXES)

  it('has the wanted rows, and its catalog has no fault', () => {
    expect(deck.trimEnd().split('\n')).toHaveLength(1 + PREFIXES)
    const { files } = loadCatalog(SAMPLE)
    expect(parseCatalog(new Map([...files, ['outbound-eur.csv', Buffer.from(deck)]])).faults).toEqual([])
  })
})
