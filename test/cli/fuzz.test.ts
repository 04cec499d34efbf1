/** Whatever its files contain, `tollgate rate` ends with 0 or 2, reports in plain lines, and never prints an invalid figure. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CATALOG_FILES, callFields } from '../support/catalog.ts'

const PROGRAM = join(import.meta.dirname, '../../bin/tollgate.mjs')
const ACCOUNTS = `accounts:
  - { id: acme, currency: EUR, tariff: standard-eur, packages: [{ id: eu-100, from: 2020-01-01 }], billing_cycle_anchor: 2026-01-15 }
`

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tollgate-fuzz-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs on the valid files, some of them replaced. */
function rate(changed: { catalog?: Record<string, Uint8Array>; accounts?: Uint8Array; events?: Uint8Array }) {
  const directory = mkdtempSync(join(folder, 'run-'))
  for (const [name, bytes] of Object.entries({ ...CATALOG_FILES, ...changed.catalog })) {
    writeFileSync(join(directory, name), bytes)
  }
  const [accounts, events] = [join(directory, 'accounts.yaml'), join(directory, 'events.jsonl')]
  writeFileSync(accounts, changed.accounts ?? ACCOUNTS)
  writeFileSync(events, changed.events ?? `${JSON.stringify(callFields())}\n`)
  const args = ['rate', '--catalog', directory, '--accounts', accounts, '--events', events]
  return spawnSync(process.execPath, [PROGRAM, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 })
}

function expectPlain({ status, stdout, stderr }: ReturnType<typeof rate>): void {
  expect([0, 2]).toContain(status)
  expect(stderr).not.toMatch(/^\s+at /m)
  expect(stdout).not.toContain('NaN')
  for (const line of stdout.split('\n')) if (line !== '') JSON.parse(line)
}

const anyField = fc.constantFrom(
  ...Object.keys(callFields()),
  'leg',
  'channel',
  'fragments',
  'sku',
  'quantity',
  'corrects',
)
const anyValue = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom('call', 'message', 'other', 'correction', 'outbound', 'inbound', '+431234567', '112', 'e1', 'acme'),
  fc.constantFrom(-1, 0, 0.5, 1e9, 1e21, 86_401, -0),
)
const anyEvent = fc.dictionary(anyField, anyValue, { maxKeys: 5 }).map((changed) => JSON.stringify(callFields(changed)))
const anyLine = fc.oneof(
  anyEvent.map((text) => Buffer.from(text)),
  fc.json().map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 10))),
)

describe('tollgate rate on rubbish', () => {
  it('answers every non-blank line', () => {
    const lines = fc.sample(anyLine, { seed: 5, numRuns: 3_000 })
    const result = rate({ events: Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])) })
    expectPlain(result)
    expect(result.status).toBe(0)
    const blank = lines.filter((line) => line.toString('latin1').trim() === '').length
    expect(result.stdout.trimEnd().split('\n').length).toBeGreaterThanOrEqual(3_000 - blank)
  })

  const places = ['catalog.yaml', 'outbound.csv', 'numbering.csv', 'accounts'] as const
  it.each(places)('refuses or reads any bytes as %s', (place) => {
    const original = Buffer.from(place === 'accounts' ? ACCOUNTS : CATALOG_FILES[place]!)
    const noise = fc.uint8Array({ maxLength: 200 })
    // A valid file with a few changed bytes gets further than noise.
    const changed = fc
      .array(fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 })
      .map((changes) => {
        const bytes = Buffer.from(original)
        for (const [at, byte] of changes) bytes[at] = byte
        return bytes
      })
    // load.test.ts gives hundreds of such files to the readers; here the whole program is tested.
    for (const rubbish of [noise, changed]) {
      const [bytes] = fc.sample<Uint8Array>(rubbish, { seed: 7, numRuns: 1 })
      expectPlain(rate(place === 'accounts' ? { accounts: bytes! } : { catalog: { [place]: bytes! } }))
    }
  })
})
