import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeViewChanges, encodeViewChanges, linesOf, type ViewChange } from '../../src/view/changes.ts'

const version = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const date = fc.constantFrom('2024-02-29', '2026-01-31', '2026-12-01', '1999-12-31')
const accountId = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 64,
})
const parts = {
  balance: fc.record({
    version,
    balanceMicros: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    currency: fc.constantFrom('EUR' as const, 'USD' as const),
  }),
  status: fc.record({
    version,
    status: fc.constantFrom('active' as const, 'blocked' as const),
    sinceMicros: fc.integer({ min: 0, max: 8_000_000_000_000_000 }),
  }),
  settingsVersion: fc.nat(),
  fairUse: fc.array(
    fc.record({
      userId: fc.string({ unit: 'binary' }),
      cycleAnchor: date,
      cycleStart: date,
      version,
      minutes: fc.nat(),
    }),
    { minLength: 1, maxLength: 4 },
  ),
}
/** A change says something of its account: at least one part. */
const change: fc.Arbitrary<ViewChange> = fc
  .record({ accountId, epoch: fc.nat(), ...parts }, { requiredKeys: ['accountId', 'epoch'] })
  .filter((one) => Object.keys(one).length > 2)

describe('view changes', () => {
  it('come back as they went in, in order', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        expect(decodeViewChanges(encodeViewChanges(changes))).toEqual(changes)
      }),
    )
  })

  it('are cut into lines that hold up nobody for long, none lost', () => {
    const changes = Array.from({ length: 1001 }, (_, i) => ({ accountId: `a${i}\n`, epoch: 1, settingsVersion: i }))
    const encoded = encodeViewChanges(changes)
    expect(linesOf(encoded).map((line) => (JSON.parse(line.toString()) as unknown[]).length)).toEqual([
      250, 250, 250, 250, 1,
    ])
    expect(decodeViewChanges(encoded)).toEqual(changes)
  })

  it('are refused in a format that this program does not know', () => {
    const later = encodeViewChanges([{ accountId: 'a', epoch: 1, settingsVersion: 1 }])
    later[0] = '2'.charCodeAt(0)
    for (const bytes of [later, Buffer.alloc(0), Buffer.from('[]')]) {
      expect(() => linesOf(bytes)).toThrow('another format')
    }
  })

  it('are refused with a cycle that has no date', () => {
    const fairUse = [{ userId: 'u', cycleAnchor: '2026-01-31', cycleStart: '2026-02-31', version: 1n, minutes: 1 }]
    expect(() => encodeViewChanges([{ accountId: 'a', epoch: 1, fairUse }])).toThrow('2026-02-31')
  })
})
