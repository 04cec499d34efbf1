import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { speedsOf } from '../../bench/end-to-end.ts'
import { against, asTable, type Figure, gather, median, percentile } from '../../bench/figures.ts'
import { chunksOf } from '../../bench/limit.ts'
import { parseStat } from '../../bench/processes.ts'

describe('figures', () => {
  it('have a median that half of them do not exceed', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 3, 2])).toBe(2.5)
    expect(() => median([])).toThrow(RangeError)
  })

  it('have a percentile that is the smallest number that its share does not exceed', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
    expect([percentile(hundred, 0.5), percentile(hundred, 0.99), percentile(hundred, 1)]).toEqual([50, 99, 100])
    expect(percentile([7], 0.01)).toBe(7)
  })

  it('of several runs are combined by name', () => {
    const figures = gather('s', [
      [
        ['a', 'events/s', 1],
        ['b', 'MB', 10],
      ],
      [
        ['a', 'events/s', 2],
        ['b', 'MB', 20],
      ],
    ])
    expect(figures).toEqual([
      { scenario: 's', name: 'a', unit: 'events/s', runs: [1, 2] },
      { scenario: 's', name: 'b', unit: 'MB', runs: [10, 20] },
    ])
  })

  it('are printed with their median, their runs, and the ratio of medians', () => {
    const small: Figure = { scenario: 'small', name: 'recorded', unit: 'events/s', runs: [100, 300, 200] }
    const large = against({ ...small, scenario: 'large', runs: [150, 160, 155] }, small)
    const [, , , line] = asTable([small, large]).split('\n')
    expect(line!.split(/\s{2,}/)).toEqual([
      'large',
      'recorded',
      '155',
      '150 to 160',
      'events/s',
      '78 % of small: recorded',
    ])
  })
})

describe('figures without a value in a run', () => {
  const recordedOf = (events: number, seconds: number) => {
    const [recorded] = speedsOf({ timedEvents: events, seconds: { recorded: seconds, now: seconds, record: seconds } })
    return recorded![2]
  }

  it.each([
    { events: 30_000, seconds: 2, rate: 15_000 },
    { events: 15_000, seconds: 1.9, rate: Number.NaN },
    { events: 0, seconds: 0, rate: Number.NaN },
    { events: 0, seconds: 0.000_001, rate: Number.NaN },
  ])('$events events timed for $seconds s: $rate a second', ({ events, seconds, rate }) => {
    expect(recordedOf(events, seconds)).toBe(rate)
  })

  it('are left out of the median and the spread, which says so, and are printed as a dash if no run has a value', () => {
    const one: Figure = { scenario: 's', name: 'a', unit: 'events/s', runs: [Number.NaN, 100, 300] }
    const none: Figure = { ...one, name: 'b', runs: [Number.NaN, Number.NaN] }
    const [, , first, second] = asTable([one, against(none, one)]).split('\n')
    expect(first!.split(/\s{2,}/)).toEqual(['s', 'a', '200', '100 to 300 (2 of 3)', 'events/s'])
    expect(second!.split(/\s{2,}/)).toEqual(['s', 'b', '-', 'events/s'])
  })
})

describe('what is read from the system', () => {
  it('is a process time, whatever its command is called', () => {
    const stat = `42 (a (b) c d) S 1 2 3 4 5 6 7 8 9 10 150 50 13 14 15 16 17 18 987654 20`
    expect(parseStat(stat)).toEqual({ startedAt: '987654', cpuMs: 2000 })
  })

  it('is a binary COPY, cut into chunks that are each a COPY', () => {
    const header = Buffer.alloc(19, 1)
    const trailer = Buffer.from([0xff, 0xff])
    const field = fc.option(fc.uint8Array({ maxLength: 20 }))
    const rows = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 30 })
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 10 }), (all, rowsAChunk) => {
        const encoded = all.map((fields) => {
          const count = Buffer.alloc(2)
          count.writeInt16BE(fields.length)
          return Buffer.concat([count, ...fields.map(sized)])
        })
        const chunks = chunksOf(Buffer.concat([header, ...encoded, trailer]), rowsAChunk)
        const expected = Array.from({ length: Math.ceil(all.length / rowsAChunk) }, (_, i) =>
          Buffer.concat([header, ...encoded.slice(i * rowsAChunk, (i + 1) * rowsAChunk), trailer]),
        )
        expect(chunks).toEqual(expected)
      }),
    )
  })
})

function sized(field: Uint8Array | null): Buffer {
  const length = Buffer.alloc(4)
  length.writeInt32BE(field === null ? -1 : field.length)
  return Buffer.concat([length, field ?? Buffer.alloc(0)])
}
