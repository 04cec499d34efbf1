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
    lastSequence: version,
    alertVersion: version,
  }),
  status: fc.record({
    version,
    status: fc.constantFrom('active' as const, 'blocked' as const),
    sinceMicros: fc.integer({ min: 0, max: 8_000_000_000_000_000 }),
  }),
  settingsVersion: fc.nat(),
  topUps: fc.record({ version }),
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
/** A change has at least one part. */
const change: fc.Arbitrary<ViewChange> = fc
  .record({ accountId, epoch: fc.nat(), ...parts }, { requiredKeys: ['accountId', 'epoch'] })
  .filter((one) => Object.keys(one).length > 2)

describe('view changes', () => {
  it('round-trip, in order', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
        expect(decodeViewChanges(encodeViewChanges(changes))).toEqual(changes)
      }),
    )
  })

  it('are cut into lines of limited size, none lost', () => {
    const changes = Array.from({ length: 1001 }, (_, i) => ({ accountId: `a${i}\n`, epoch: 1, settingsVersion: i }))
    const encoded = encodeViewChanges(changes)
    expect(linesOf(encoded).map((line) => (JSON.parse(line.toString()) as unknown[]).length)).toEqual([
      250, 250, 250, 250, 1,
    ])
    expect(decodeViewChanges(encoded)).toEqual(changes)
  })

  it('are refused in an unknown format', () => {
    const later = encodeViewChanges([{ accountId: 'a', epoch: 1, settingsVersion: 1 }])
    later[0] = '3'.charCodeAt(0)
    for (const bytes of [later, Buffer.alloc(0), Buffer.from('[]')]) {
      expect(() => linesOf(bytes)).toThrow('are not in format')
    }
  })

  it('of an earlier version, which may wait in the outbox, are read', () => {
    const cycle = '["2026-01-31:2026-03-31",1,"ann","7 9 12"]'
    const earlier = Buffer.from(
      `1\n[["acme","7 5 -20 EUR","7 2 blocked 1000","7 3",[${cycle}]],["b;c","7 6 30 USD","",""]]\n[["d","","","7 4"]]`,
    )
    expect(decodeViewChanges(earlier)).toEqual([
      {
        accountId: 'acme',
        epoch: 7,
        balance: { version: 5n, balanceMicros: -20n, currency: 'EUR' },
        status: { version: 2n, status: 'blocked', sinceMicros: 1000 },
        settingsVersion: 3,
        fairUse: [{ userId: 'ann', cycleAnchor: '2026-01-31', cycleStart: '2026-03-31', version: 9n, minutes: 12 }],
      },
      { accountId: 'b;c', epoch: 7, balance: { version: 6n, balanceMicros: 30n, currency: 'USD' } },
      { accountId: 'd', epoch: 7, settingsVersion: 4 },
    ])
  })

  it('of a later version are read without its unknown parts', () => {
    const row = ['acme', 'b 7 5 -20 EUR 8 1 more words;s 7 3 on;z 7 9 of a later version', { f: [], g: { h: 1 } }]
    expect(decodeViewChanges(Buffer.from(`2\n${JSON.stringify([row])}`))).toEqual([
      {
        accountId: 'acme',
        epoch: 7,
        balance: { version: 5n, balanceMicros: -20n, currency: 'EUR', lastSequence: 8n, alertVersion: 1n },
        settingsVersion: 3,
        fairUse: [],
      },
    ])
  })

  it('with an invalid cycle date are refused', () => {
    const fairUse = [{ userId: 'u', cycleAnchor: '2026-01-31', cycleStart: '2026-02-31', version: 1n, minutes: 1 }]
    expect(() => encodeViewChanges([{ accountId: 'a', epoch: 1, fairUse }])).toThrow('2026-02-31')
  })
})
