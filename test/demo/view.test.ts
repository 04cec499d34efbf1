import { describe, expect, it } from 'vitest'
import { createView, type Snapshot } from '../../demo/view.ts'

function output(rows = 24, columns = 100) {
  const written: string[] = []
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0
  return { written, rows, columns, write }
}

function snapshot(elapsedSeconds: number, accountCount = 20): Snapshot {
  const accounts = Array.from({ length: accountCount }, (_, index) => ({
    id: `account-number-${index}`,
    currency: 'EUR',
    balance: index === 0 ? '-0.034400' : '12345.678900',
    change: 'down' as const,
    status: index === 0 ? ('blocked' as const) : ('active' as const),
  }))
  return {
    elapsedSeconds,
    eventsPerSecond: 1840,
    produced: 22_000,
    rated: 21_034,
    charged: 6000,
    covered: 9000,
    free: 5000,
    invoiced: 800,
    corrections: 200,
    voided: 34,
    duplicates: 213,
    deadLetters: 96,
    lag: 210,
    topUps: { requested: 9, succeeded: 5, declined: 2, waiting: 1, paused: 1 },
    producedByKind: [
      ['calls', 18_000],
      ['messages', 4000],
    ],
    accounts,
  }
}

const ESCAPES = new RegExp(`${String.fromCharCode(27)}\\[[?\\d;]*[A-Za-z]`, 'g')

describe('without a terminal', () => {
  it('writes one plain line per second, and each note on its own line', () => {
    const out = output()
    const view = createView({ out, isTerminal: false, about: ['the API: http://localhost/docs'] })
    for (const seconds of [12, 12.4, 12.9, 13.1]) view.update(snapshot(seconds))
    view.note('canal-bikes\u001b[2J blocked')
    view.close()
    expect(out.written).toEqual([
      'the API: http://localhost/docs\n',
      't=12s  1,840 events/s  lag 210  rated 21,034  duplicates 213  dead letters 96  blocked 1  topped up 5\n',
      't=13s  1,840 events/s  lag 210  rated 21,034  duplicates 213  dead letters 96  blocked 1  topped up 5\n',
      'canal-bikes [2J blocked\n',
    ])
  })
})

describe('on a terminal', () => {
  it('draws at most four times a second, and restores the cursor once', () => {
    const out = output()
    const view = createView({ out, isTerminal: true, environment: {} })
    for (let i = 0; i <= 100; i++) view.update(snapshot(i / 100))
    expect(out.written.length).toBe(5)
    view.close()
    view.close()
    const all = out.written.join('')
    expect(all.split('\u001b[?25l').length).toBe(2)
    expect(all.split('\u001b[?25h').length).toBe(2)
    expect(all.endsWith('\u001b[?25h')).toBe(true)
  })

  it.each([
    [24, 100, 20],
    [10, 80, 20],
    [3, 20, 20],
    [50, 200, 300],
    [1, 1, 5],
  ])('fits a window of %i rows and %i columns', (rows, columns, accountCount) => {
    const out = output(rows, columns)
    const view = createView({ out, isTerminal: true, environment: {} })
    for (let i = 0; i < 9; i++) view.note(`note ${i} ${'x'.repeat(300)}`)
    view.update(snapshot(1, accountCount))
    const lines = out.written.join('').replace(ESCAPES, '').split('\n')
    expect(lines.length).toBeLessThanOrEqual(Math.max(2, rows))
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(Math.max(1, columns - 1))
  })

  it('shows the outcomes and kinds of events', () => {
    const out = output()
    createView({ out, isTerminal: true, environment: { NO_COLOR: '1' } }).update(snapshot(1))
    expect(out.written[0]).toContain('free 5,000  invoiced 800  corrections 200  voided 34')
    expect(out.written[0]).toContain('calls 18,000  messages 4,000')
  })

  it('shows the state of top-ups, and that no money moves', () => {
    const out = output()
    createView({ out, isTerminal: true, environment: { NO_COLOR: '1' } }).update(snapshot(1))
    expect(out.written[0]).toContain('top-ups 9  succeeded 5  declined 2  to approve 1  paused 1  (sandbox, no money)')
  })

  it('shows many notes if there is room, but only the last dead letter', () => {
    const shown = (rows: number) => {
      const out = output(rows)
      const view = createView({ out, isTerminal: true, environment: { NO_COLOR: '1' } })
      for (let i = 0; i < 20; i++) view.note(`note ${i}`)
      for (let i = 0; i < 20; i++) view.deadLetter(`dead letter ${i}`)
      view.update(snapshot(1))
      return out.written[0]!.replace(ESCAPES, '').match(/(note|dead letter) \d+/g)
    }
    expect(shown(24)).toEqual([15, 16, 17, 18, 19].map((i) => `note ${i}`).concat('dead letter 19'))
    expect(shown(60)).toHaveLength(15)
  })

  it('names blocked accounts, and shows balances without rounding', () => {
    const out = output()
    const view = createView({ out, isTerminal: true, environment: { NO_COLOR: '1' } })
    view.update(snapshot(1))
    expect(out.written[0]).toMatch(/account-number-0 +-0\.0344 EUR - BLOCKED/)
    expect(out.written[0]).toContain('12,345.6789')
    expect(out.written[0]).not.toContain('\u001b[1;31m')
  })
})
