import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkAccountsAgainstCatalog, parseAccountsFile } from '../../src/catalog/accounts-file.ts'
import { formatFault } from '../../src/catalog/faults.ts'
import { parseCatalog } from '../../src/catalog/load.ts'
import { parseInstant } from '../../src/core/instant.ts'
import { applySettings } from '../../src/core/settings/settings.ts'
import { ACCOUNTS_YAML, bytesOf, sampleWith } from './sample.ts'

const FILE = 'accounts.yaml'

describe('an accounts file without faults', () => {
  const { accounts, faults, lines } = parseAccountsFile(bytesOf(ACCOUNTS_YAML), FILE)

  test('is read with its packages in the order they come into force', () => {
    expect(faults).toEqual([])
    expect(accounts?.[0]).toEqual({
      accountId: 'acme',
      currency: 'EUR',
      tariff: 'standard-eur',
      packages: [
        { id: 'eu', fromMicros: parseInstant('2026-01-01T00:00:00Z') },
        { id: 'none', fromMicros: parseInstant('2026-03-01T00:00:00Z') },
      ],
      billingCycleAnchor: '2026-01-31',
      fairUseMinutesPerUser: 5000,
      conversationIntelligence: 'included',
      voiceAgent: 'invoice',
      contacts: [
        { id: 'ann', email: 'ann@acme.example', locale: 'de-DE', role: 'admin' },
        { id: 'bo', email: 'bo@acme.example', locale: 'en-US', role: 'billing' },
      ],
    })
  })

  test('leaves absent fields undefined; a new account gets their defaults', () => {
    const named = { accountId: 'globex', currency: 'USD', tariff: 'plain-usd', billingCycleAnchor: '2024-02-29' }
    expect(accounts?.[1]).toEqual(named)
    expect(applySettings(accounts![1]!)).toEqual({
      accountId: 'globex',
      currency: 'USD',
      tariff: 'plain-usd',
      packages: [],
      billingCycleAnchor: '2024-02-29',
      fairUseMinutesPerUser: null,
      conversationIntelligence: 'credit',
      voiceAgent: 'credit',
      contacts: [],
      lowAlertLevelMicros: null,
      customAlertLevelMicros: null,
      autoTopUp: null,
    })
  })

  test('each account has its line', () => {
    expect(lines).toEqual(
      new Map([
        ['acme', 2],
        ['globex', 11],
      ]),
    )
  })
})

describe('every fault is reported with file, line and reason', () => {
  const limit = 'fair_use_minutes_per_user must be a whole number of at least 0'
  test.each<[string, string, string, ...string[]]>([
    [
      'unknown top key',
      'accounts:',
      'account:',
      'accounts.yaml:1: file: unknown key "account"',
      'accounts.yaml:1: file: missing accounts',
    ],
    ['unknown key', 'voice_agent:', 'voice_agents:', 'accounts.yaml:9: account: unknown key "voice_agents"'],
    [
      'key twice',
      '    voice_agent: invoice',
      '    currency: EUR',
      'accounts.yaml:9: account: key "currency" appears twice',
    ],
    [
      'no id',
      'id: acme',
      'name: acme',
      'accounts.yaml:2: account: unknown key "name"',
      'accounts.yaml:2: account: missing id',
    ],
    ['id as a number', 'id: acme', 'id: 12', 'accounts.yaml:2: account id must be a string: put it in quotes'],
    [
      'id beyond ASCII',
      'id: acme',
      'id: acmé',
      'accounts.yaml:2: account id must be 1 to 64 printable ASCII characters: "acmé"',
    ],
    [
      'id of 65 characters',
      'id: acme',
      `id: ${'a'.repeat(65)}`,
      `accounts.yaml:2: account id must be 1 to 64 printable ASCII characters: "${'a'.repeat(40)}…"`,
    ],
    ['id twice', 'id: globex', 'id: acme', 'accounts.yaml:11: account id "acme" appears twice'],
    ['currency', 'currency: USD', 'currency: usd', 'accounts.yaml:12: account globex: currency must be EUR or USD'],
    ['empty tariff', 'tariff: plain-usd', 'tariff: ""', 'accounts.yaml:13: account globex: tariff is empty'],
    ['no tariff', '    tariff: plain-usd\n', '', 'accounts.yaml:11: account globex: missing tariff'],
    [
      'no anchor',
      '    billing_cycle_anchor: 2024-02-29\n',
      '',
      'accounts.yaml:11: account globex: missing billing_cycle_anchor',
    ],
    [
      'anchor that does not exist',
      '2024-02-29',
      '2023-02-29',
      'accounts.yaml:14: account globex: billing_cycle_anchor must be a date such as 2026-01-31: "2023-02-29"',
    ],
    [
      'anchor that is an instant',
      '2024-02-29',
      '2024-02-29T00:00:00Z',
      'accounts.yaml:14: account globex: billing_cycle_anchor must be a date such as 2026-01-31: "2024-02-29T00:00:00Z"',
    ],
    ['negative limit', '5000', '-1', `accounts.yaml:7: account acme: ${limit}`],
    ['limit in quotes', '5000', '"5000"', `accounts.yaml:7: account acme: ${limit}`],
    [
      'billing mode',
      'voice_agent: invoice',
      'voice_agent: free',
      'accounts.yaml:9: account acme: voice_agent must be credit or invoice or included',
    ],
    [
      'package without from',
      '{ id: none, from: 2026-03-01 }',
      '{ id: none }',
      'accounts.yaml:5: account acme: package: missing from',
    ],
    [
      'bad from',
      '2026-03-01 }',
      '2026-13-01 }',
      'accounts.yaml:5: account acme: package from is not an RFC 3339 instant or a date: "2026-13-01"',
    ],
    [
      'a from that cannot be stored exactly',
      '2026-03-01 }',
      '0000-01-01 }',
      'accounts.yaml:5: account acme: package from must be in the years 1685 to 2254: "0000-01-01"',
    ],
    [
      'the same from twice',
      '2026-03-01 }',
      '2026-01-01 }',
      'accounts.yaml:5: account acme: two packages start at 2026-01-01T00:00:00Z',
    ],
    [
      'packages without a list',
      '[{ id: none, from: 2026-03-01 }, { id: eu, from: 2026-01-01T00:00:00Z }]',
      'eu',
      'accounts.yaml:5: account acme: packages must be a list',
    ],
    ['role', 'role: admin', 'role: owner', 'accounts.yaml:10: account acme: contact role must be admin or billing'],
    [
      'email',
      'ann@acme.example',
      'ann',
      'accounts.yaml:10: account acme: contact email does not have the right format: "ann"',
    ],
    [
      'locale',
      'de-DE',
      'de_DE',
      'accounts.yaml:10: account acme: contact locale does not have the right format: "de_DE"',
    ],
    ['contact twice', 'id: bo', 'id: ann', 'accounts.yaml:10: account acme: contact id "ann" appears twice'],
    ['CRLF', 'accounts:\n', 'accounts:\r\n', 'accounts.yaml:1: lines end in CRLF: save it with LF line endings'],
  ])('%s', (_, from, to, ...expected) => {
    expect(ACCOUNTS_YAML.split(from)).toHaveLength(2)
    const { accounts, faults } = parseAccountsFile(bytesOf(ACCOUNTS_YAML.replace(from, to)), FILE)
    expect(faults.map(formatFault)).toEqual(expected)
    expect(accounts).toBeNull()
  })

  test('of two accounts, both are reported', () => {
    const text = ACCOUNTS_YAML.replaceAll(/currency: .*/g, 'currency: GBP')
    expect(parseAccountsFile(bytesOf(text), FILE).faults.map(formatFault)).toEqual([
      'accounts.yaml:3: account acme: currency must be EUR or USD',
      'accounts.yaml:12: account globex: currency must be EUR or USD',
    ])
  })
})

describe('accounts against a catalog', () => {
  const { catalog } = parseCatalog(sampleWith({}))
  test.each<[string, string, string, string[]]>([
    ['as they are', 'acme', 'acme', []],
    ['unknown tariff', 'standard-eur', 'gold', ['accounts.yaml:2: account acme: unknown tariff "gold"']],
    ['unknown package', 'id: eu', 'id: mars', ['accounts.yaml:2: account acme: unknown package "mars"']],
    [
      'another currency',
      'currency: USD',
      'currency: EUR',
      ['accounts.yaml:11: account globex: currency EUR, but tariff plain-usd is in USD'],
    ],
  ])('%s', (_, from, to, expected) => {
    const { accounts, lines } = parseAccountsFile(bytesOf(ACCOUNTS_YAML.replace(from, to)), FILE)
    expect(checkAccountsAgainstCatalog(accounts!, catalog!, FILE, lines).map(formatFault)).toEqual(expected)
  })

  test('a missing package that is listed several times is reported once', () => {
    const yaml = ACCOUNTS_YAML.replace('id: none', 'id: mars').replace('id: eu,', 'id: mars,')
    const { accounts, lines } = parseAccountsFile(bytesOf(yaml), FILE)
    expect(checkAccountsAgainstCatalog(accounts!, catalog!, FILE, lines).map(formatFault)).toEqual([
      'accounts.yaml:2: account acme: unknown package "mars"',
    ])
  })

  test('without lines only the file is named', () => {
    const { accounts } = parseAccountsFile(bytesOf(ACCOUNTS_YAML.replace('plain-usd', 'gold')), FILE)
    expect(checkAccountsAgainstCatalog(accounts!, catalog!, FILE).map(formatFault)).toEqual([
      'accounts.yaml: account globex: unknown tariff "gold"',
    ])
  })
})

test('no bytes make it throw, and a rejected file has a reason', () => {
  const mutated = fc
    .tuple(fc.nat(ACCOUNTS_YAML.length), fc.nat(12), fc.string({ unit: 'grapheme', maxLength: 8 }))
    .map(([at, length, piece]) => bytesOf(ACCOUNTS_YAML.slice(0, at) + piece + ACCOUNTS_YAML.slice(at + length)))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      const { accounts, faults } = parseAccountsFile(bytes, FILE)
      expect(accounts === null).toBe(faults.some((fault) => fault.severity === 'error'))
    }),
    { numRuns: 1000 },
  )
})
