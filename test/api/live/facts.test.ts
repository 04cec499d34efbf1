/** Which part is newer, and how much a client has received: by (epoch, version), part by part. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  eventId,
  isNewer,
  merge,
  PART_NAMES,
  type PartName,
  type Seen,
  seenFrom,
  stepsSince,
} from '../../../src/api/live/facts.ts'
import type { NewerParts } from '../../../src/view/changes.ts'

const place = fc.record({ epoch: fc.integer({ min: 0, max: 5 }), version: fc.bigInt({ min: 0n, max: 6n }) })
const parts = fc
  .record({ balance: place, status: place, settings: place, topUps: place }, { requiredKeys: [] })
  .map((some) => some as unknown as NewerParts)

describe('newer is by epoch, then by version', () => {
  const cases: [string, string | null, boolean][] = [
    ['1.5', null, true],
    ['1.5', '1.4', true],
    ['1.5', '1.5', false],
    ['1.5', '1.6', false],
    ['2.1', '1.6', true],
    ['1.9', '2.1', false],
    ['1.9007199254740993', '1.9007199254740992', true],
  ]
  it.each(cases)('%s beside %s: %s', (one, than, expected) => {
    const of = (text: string) => {
      const [epoch, version] = text.split('.') as [string, string]
      return { epoch: Number(epoch), version: BigInt(version) }
    }
    expect(isNewer(of(one), than === null ? null : of(than))).toBe(expected)
  })
})

describe('merging', () => {
  it('keeps the newest of each part, in whatever order and however often parts come', () => {
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 12 }), fc.integer(), (heard, seed) => {
        const all = heard.reduce<NewerParts>((known, one) => merge(known, one).facts, {})
        const shuffled = [...heard, ...heard].toSorted((a, b) => hash(a, seed) - hash(b, seed))
        const again = shuffled.reduce<NewerParts>((known, one) => merge(known, one).facts, {})
        expect(again).toEqual(all)
      }),
    )
  })

  it('reports only the parts that were newer', () => {
    fc.assert(
      fc.property(parts, parts, (known, heard) => {
        const { facts, moved } = merge(known, heard)
        for (const name of PART_NAMES) {
          const isMoved = heard[name] !== undefined && isNewer(heard[name], known[name])
          expect(moved.has(name)).toBe(isMoved)
          expect(facts[name]).toEqual(isMoved ? heard[name] : known[name])
        }
      }),
    )
  })

  const hash = (one: NewerParts, seed: number) => {
    let sum = seed
    for (const name of PART_NAMES) sum = Math.imul(sum ^ Number(one[name]?.version ?? 9), 0x01000193)
    return sum
  }
})

describe('the id of an event', () => {
  const seen = fc.record(
    {
      ...(Object.fromEntries(
        PART_NAMES.map((name) => [
          name,
          fc.record({ epoch: fc.nat({ max: 2 ** 31 - 1 }), version: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }) }),
        ]),
      ) as Record<PartName, fc.Arbitrary<{ epoch: number; version: bigint }>>),
      notices: fc.stringMatching(/^[\w-]{1,22}$/),
    },
    { requiredKeys: [] },
  )

  it('round-trips how much the client has received', () => {
    fc.assert(
      fc.property(seen, (far) => {
        const id = eventId(far as Seen)
        expect(id).toMatch(/^[\x21-\x7e]*$/)
        expect(seenFrom(id)).toEqual(far)
      }),
    )
  })

  it('is read as far as it is readable', () => {
    fc.assert(fc.property(fc.string(), (id) => void seenFrom(id)))
    expect(seenFrom(undefined)).toEqual({})
    expect(seenFrom('c1.2,x7.8,b1.,n!,s3.4 ,t5.6')).toEqual({
      status: { epoch: 1, version: 2n },
      topUps: { epoch: 5, version: 6n },
    })
  })
})

it('steps are only counted within one epoch', () => {
  const at = { epoch: 2, version: 9n }
  expect(stepsSince(at, { epoch: 2, version: 7n })).toBe(2)
  expect(stepsSince(at, { epoch: 1, version: 7n })).toBe(null)
  expect(stepsSince(at, undefined)).toBe(null)
})
