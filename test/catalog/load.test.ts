import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatFault } from '../../src/catalog/faults.ts'
import { catalogHash, loadCatalog, parseCatalog, readCatalogDirectory } from '../../src/catalog/load.ts'
import { longestPrefix } from '../../src/core/catalog/prefix-table.ts'
import { parseInstant } from '../../src/core/instant.ts'
import { bytesOf, CALL_HEADER, CATALOG_YAML, FIXTURES, MESSAGE_HEADER, SAMPLE, sampleWith } from './sample.ts'

function faultsOf(changed: Record<string, string | Uint8Array | null>): string[] {
  const { catalog, faults } = parseCatalog(sampleWith(changed))
  expect(catalog === null).toBe(faults.some((fault) => fault.severity === 'error'))
  return faults.map(formatFault)
}

/** The sample's catalog.yaml with its one `from` replaced. */
function yamlWith(from: string, to: string): Record<string, string> {
  expect(CATALOG_YAML.split(from)).toHaveLength(2)
  return { 'catalog.yaml': CATALOG_YAML.replace(from, to) }
}

const callDeck = (...rows: string[]) => ({ 'toll-free.csv': `${CALL_HEADER}\n${rows.join('\n')}\n` })
const messageDeck = (...rows: string[]) => ({ 'sms.csv': `${MESSAGE_HEADER}\n${rows.join('\n')}\n` })
const numbering = (...rows: string[]) => ({
  'numbering.csv': `prefix,country,type\n+43,AT,fixed\n+49,DE,fixed\n+1,US,fixed\n${rows.join('\n')}\n`,
})

describe('a catalog without faults', () => {
  const { catalog, faults } = parseCatalog(sampleWith({}))

  test('has no faults', () => expect(faults).toEqual([]))

  test('has the contents of its files', () => {
    expect(catalog).toMatchObject({
      rounding: { scale: 4, mode: 'half_up' },
      emergencyNumbers: new Set(['112', '911']),
      regions: new Map([
        ['EU', new Set(['AT', 'DE'])],
        ['US', new Set(['US'])],
      ]),
    })
    expect(catalog?.packages.get('eu')?.name).toBe('Europe')
    expect(catalog?.packages.get('us')).toEqual({
      id: 'us',
      name: null,
      region: 'US',
      countries: new Set(['US']),
      fairUseMinutesPerUser: null,
    })
    const tariff = catalog?.tariffs.get('standard-eur')
    expect(tariff?.voiceAgent).toEqual({
      pricePerMinuteMicros: 250_000n,
      increments: { firstSeconds: 1, nextSeconds: 1 },
    })
    expect(tariff?.other).toEqual(new Map([['number-lookup', 4_000n]]))
    expect([...(tariff?.messages.keys() ?? [])]).toEqual(['sms', 'sms_inbound'])
    expect(catalog?.tariffs.get('plain-usd')).toMatchObject({ tollFree: null, conversationIntelligence: null })
  })

  test('a deck that two tariffs name is read once and shared', () => {
    expect(catalog?.tariffs.get('plain-usd')?.outbound).toBe(catalog?.tariffs.get('standard-eur')?.outbound)
  })

  test('open dates are infinite, an empty connection fee is 0, quoted fields keep their commas', () => {
    const rates = catalog!.tariffs.get('standard-eur')!.outbound!.rates
    expect(longestPrefix(rates, '+12125550100', () => true)).toEqual({
      prefix: '+1',
      destination: 'United States, all',
      pricePerMinuteMicros: 5_000n,
      connectionFeeMicros: 0n,
      increments: { firstSeconds: 6, nextSeconds: 6 },
      effectiveFromMicros: Number.NEGATIVE_INFINITY,
      effectiveToMicros: Number.POSITIVE_INFINITY,
    })
    expect(longestPrefix(rates, '118', () => true)?.effectiveFromMicros).toBe(parseInstant('2025-12-31T23:00:00Z'))
  })

  test.each([
    ['as written', ['+49,old,0.01,,1,1,,', '+49,new,0.02,,1,1,2026-02-01,']],
    ['in the other order', ['+49,new,0.02,,1,1,2026-02-01,', '+49,old,0.01,,1,1,,']],
  ])('of two rows with the same prefix the later effective_from comes first: %s', (_, rows) => {
    const { catalog } = parseCatalog(sampleWith(callDeck(...rows)))
    const rates = catalog!.tariffs.get('standard-eur')!.tollFree!.rates
    expect(longestPrefix(rates, '+4930', () => true)?.destination).toBe('new')
  })

  test('columns may have another order', () => {
    const faults = faultsOf({
      'sms.csv': 'price_per_unit,prefix,destination,effective_to,effective_from\n0.07,+4,Europe,,\n',
    })
    expect(faults).toEqual([])
  })

  test('aliases, NO as a country and a last line without line feed are read correctly', () => {
    expect(
      faultsOf({
        ...yamlWith('regions: { EU: [AT, DE]', 'regions: { EU: &eu [AT, DE, NO]'),
        ...numbering('+47,NO,fixed'),
        'sms.csv': `${MESSAGE_HEADER}\n+4,Europe,0.07,,`,
      }),
    ).toEqual([])
    expect(faultsOf(yamlWith('US: [US] }', 'US: &us [US] }\n')).length).toBe(0)
  })
})

describe('every fault is reported with file, line and reason', () => {
  const prefixShape = 'prefix must be + and 1 to 15 digits, or a short code of 2 to 6'
  const deckCases: [string, Record<string, string | Uint8Array | null>, string[]][] = [
    // Files
    ['missing deck', { 'sms.csv': null }, ['catalog.yaml:13: sms.csv: file is missing']],
    ['missing catalog', { 'catalog.yaml': null }, ['catalog.yaml: file is missing']],
    ['empty deck', { 'sms.csv': '' }, ['sms.csv: file is empty']],
    ['blank deck', { 'sms.csv': '\n \n' }, ['sms.csv: file is empty']],
    ['empty catalog', { 'catalog.yaml': '' }, ['catalog.yaml: file is empty']],
    [
      'not UTF-8',
      { 'sms.csv': Uint8Array.from([...bytesOf(`${MESSAGE_HEADER}\n+4,`), 0xff]) },
      ['sms.csv:2: not valid UTF-8'],
    ],
    [
      'byte order mark',
      { 'sms.csv': `\uFEFF${SAMPLE['sms.csv']}` },
      ['sms.csv:1: starts with a byte order mark: save it as UTF-8 without one'],
    ],
    [
      'CRLF, once a file',
      { 'sms.csv': SAMPLE['sms.csv']!.replaceAll('\n', '\r\n') },
      ['sms.csv:1: lines end in CRLF: save it with LF line endings'],
    ],
    [
      'CRLF in the catalog',
      { 'catalog.yaml': CATALOG_YAML.replaceAll('\n', '\r\n') },
      ['catalog.yaml:1: lines end in CRLF: save it with LF line endings'],
    ],
    // Table
    [
      'missing column',
      { 'sms.csv': 'prefix,destination,price_per_unit,effective_from\n+4,Europe,0.07,\n' },
      ['sms.csv:1: missing column effective_to'],
    ],
    [
      'extra column',
      { 'sms.csv': `${MESSAGE_HEADER},note\n+4,Europe,0.07,,,\n` },
      ['sms.csv:1: unknown column "note"'],
    ],
    ['column twice', { 'sms.csv': `${MESSAGE_HEADER},prefix\n` }, ['sms.csv:1: column prefix appears twice']],
    ['too few fields', messageDeck('+4,Europe,0.07,'), ['sms.csv:2: 4 fields, but the header has 5']],
    ['too many fields', messageDeck('+4,Europe,0.07,,,'), ['sms.csv:2: 6 fields, but the header has 5']],
    ['empty line', messageDeck('+4,Europe,0.07,,', '', '+1,x,0.01,,'), ['sms.csv:3: empty line']],
    ['quote never closed', messageDeck('+4,"Europe,0.07,,'), ['sms.csv:2: a quoted field is never closed']],
    ['quote inside a field', messageDeck('+4,Eu"rope",0.07,,'), ['sms.csv:2: a quote inside an unquoted field']],
    ['text after a quote', messageDeck('+4,"Eu"rope,0.07,,'), ['sms.csv:2: text after the closing quote of a field']],
    [
      'a quoted line feed counts as a line',
      messageDeck('+4,"Eu\nrope",0.07,,', '+1,x,-1,,'),
      ['sms.csv:2: destination has control characters', 'sms.csv:4: price_per_unit is negative: -1'],
    ],
    // Row
    ['prefix without plus', messageDeck('4912345,x,0.07,,'), [`sms.csv:2: ${prefixShape}: "4912345"`]],
    ['prefix of one digit', messageDeck('4,x,0.07,,'), [`sms.csv:2: ${prefixShape}: "4"`]],
    [
      'prefix of 16 digits',
      messageDeck('+1234567890123456,x,0.07,,'),
      [`sms.csv:2: ${prefixShape}: "+1234567890123456"`],
    ],
    ['prefix with a space', messageDeck('+49 ,x,0.07,,'), [`sms.csv:2: ${prefixShape}: "+49 "`]],
    [
      'seven digits of price',
      messageDeck('+4,x,0.0000001,,'),
      ['sms.csv:2: price_per_unit has more than 6 digits after the point: 0.0000001'],
    ],
    ['negative price', messageDeck('+4,x,-0.1,,'), ['sms.csv:2: price_per_unit is negative: -0.1']],
    ['empty price', messageDeck('+4,x,,,'), ['sms.csv:2: price_per_unit is empty']],
    [
      'price with an exponent',
      messageDeck('+4,x,1e-3,,'),
      ['sms.csv:2: price_per_unit is not a decimal number: "1e-3"'],
    ],
    ['price with a comma', messageDeck('+4,x,"0,1",,'), ['sms.csv:2: price_per_unit is not a decimal number: "0,1"']],
    [
      'price beyond the maximum',
      messageDeck('+4,x,1000000000,,'),
      ['sms.csv:2: price_per_unit is too large: 1000000000'],
    ],
    ['bad fee', callDeck('+4,x,0.1,free,1,1,,'), ['toll-free.csv:2: connection_fee is not a decimal number: "free"']],
    [
      'increment of 0',
      callDeck('+4,x,0.1,,0,1,,'),
      ['toll-free.csv:2: first_increment must be a whole number of at least 1: "0"'],
    ],
    [
      'fractional increment',
      callDeck('+4,x,0.1,,1,1.5,,'),
      ['toll-free.csv:2: next_increment must be a whole number of at least 1: "1.5"'],
    ],
    ['empty increment', callDeck('+4,x,0.1,,,1,,'), ['toll-free.csv:2: first_increment is empty']],
    [
      'date that does not exist',
      messageDeck('+4,x,0.1,2026-02-30,'),
      ['sms.csv:2: effective_from is not an RFC 3339 instant or a date: "2026-02-30"'],
    ],
    [
      'instant without offset',
      messageDeck('+4,x,0.1,,2026-02-01T00:00:00'),
      ['sms.csv:2: effective_to is not an RFC 3339 instant or a date: "2026-02-01T00:00:00"'],
    ],
    [
      'reversed dates',
      messageDeck('+4,x,0.1,2026-02-02,2026-02-01'),
      ['sms.csv:2: effective_to 2026-02-01 is not after effective_from 2026-02-02'],
    ],
    [
      'empty period',
      messageDeck('+4,x,0.1,2026-02-01,2026-02-01T01:00:00+01:00'),
      ['sms.csv:2: effective_to 2026-02-01T01:00:00+01:00 is not after effective_from 2026-02-01'],
    ],
    [
      'same prefix and start',
      messageDeck('+4,x,0.1,,', '+1,x,0.1,,', '+4,x,0.2,,'),
      ['sms.csv:4: prefix +4 with the same effective_from is already on line 2'],
    ],
    [
      'same start, written differently',
      messageDeck('+4,x,0.1,2026-02-01,', '+4,x,0.2,2026-02-01T00:00:00.000Z,'),
      ['sms.csv:3: prefix +4 with the same effective_from is already on line 2'],
    ],
    [
      'all faults of a row',
      callDeck('4,x,a,b,c,d,e,f'),
      [
        `toll-free.csv:2: ${prefixShape}: "4"`,
        'toll-free.csv:2: effective_from is not an RFC 3339 instant or a date: "e"',
        'toll-free.csv:2: effective_to is not an RFC 3339 instant or a date: "f"',
        'toll-free.csv:2: price_per_minute is not a decimal number: "a"',
        'toll-free.csv:2: connection_fee is not a decimal number: "b"',
        'toll-free.csv:2: first_increment must be a whole number of at least 1: "c"',
        'toll-free.csv:2: next_increment must be a whole number of at least 1: "d"',
      ],
    ],
    [
      'faults of two files',
      { ...messageDeck('+4,x,-1,,'), ...callDeck('+4,x,-1,,1,1,,') },
      ['toll-free.csv:2: price_per_minute is negative: -1', 'sms.csv:2: price_per_unit is negative: -1'],
    ],
    // Numbering
    [
      'country of three letters',
      numbering('+31,NLD,fixed'),
      ['numbering.csv:5: country must be two capital letters: "NLD"'],
    ],
    [
      'country in small letters',
      numbering('+31,nl,fixed'),
      ['numbering.csv:5: country must be two capital letters: "nl"'],
    ],
    [
      'unknown number type',
      numbering('+31,NL,landline'),
      ['numbering.csv:5: type must be one of fixed, mobile, toll_free, premium, shared_cost, special: "landline"'],
    ],
    ['numbering prefix twice', numbering('+49,DE,mobile'), ['numbering.csv:5: prefix +49 is already on line 3']],
  ]
  test.each(deckCases)('%s', (_, changed, expected) => expect(faultsOf(changed)).toEqual(expected))

  const inside = "must be a file inside the catalog's directory"
  const yamlCases: [string, string, string, ...string[]][] = [
    [
      'no YAML',
      'emergency: [',
      'emergency: [[',
      'catalog.yaml:3: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    [
      'unknown key',
      'emergency:',
      'emergencies:',
      'catalog.yaml:1: catalog: missing emergency',
      'catalog.yaml:2: catalog: unknown key "emergencies"',
    ],
    [
      'key twice',
      'emergency:',
      'numbering: x.csv\nemergency:',
      'catalog.yaml:4: catalog: key "numbering" appears twice',
      'catalog.yaml:2: x.csv: file is missing',
    ],
    ['scale of seven', 'scale: 4', 'scale: 7', 'catalog.yaml:1: rounding scale must be a whole number from 0 to 6'],
    ['scale in quotes', 'scale: 4', 'scale: "4"', 'catalog.yaml:1: rounding scale must be a whole number from 0 to 6'],
    ['unknown mode', 'half_up', 'nearest', 'catalog.yaml:1: rounding mode must be half_up or half_even or up or down'],
    ['missing mode', ', mode: half_up', '', 'catalog.yaml:1: rounding: missing mode'],
    ['emergency as a number', '"911"', '911', 'catalog.yaml:2: emergency number must be a quoted string'],
    [
      'emergency number in words',
      '"911"',
      '"nine"',
      'catalog.yaml:2: emergency number must be E.164 or a short code of 2 to 6 digits: "nine"',
    ],
    [
      'numbering outside',
      'numbering.csv',
      '../numbering.csv',
      `catalog.yaml:3: numbering ${inside}: "../numbering.csv"`,
    ],
    ['deck outside', 'sms.csv', '/etc/passwd', `catalog.yaml:13: tariff standard-eur: sms ${inside}: "/etc/passwd"`],
    [
      'deck outside, the other way',
      'sms.csv',
      'a\\..\\b.csv',
      `catalog.yaml:13: tariff standard-eur: sms ${inside}: "a\\\\..\\\\b.csv"`,
    ],
    [
      'country in a region',
      'EU: [AT, DE]',
      'EU: [Austria, DE]',
      'catalog.yaml:4: region EU: country must be two capital letters: "Austria"',
    ],
    ['region without a list', 'US: [US]', 'US: US', 'catalog.yaml:4: region US: countries must be a list'],
    ['unknown region', 'region: US', 'region: USA', 'catalog.yaml:7: package us: unknown region "USA"'],
    ['package without region', 'region: US, ', '', 'catalog.yaml:7: package us: missing region'],
    [
      'country in a package',
      'countries: [US]',
      'countries: [us]',
      'catalog.yaml:7: package us: country must be two capital letters: "us"',
    ],
    [
      'fair use left out',
      ', fair_use_minutes_per_user: null',
      '',
      'catalog.yaml:7: package us: missing fair_use_minutes_per_user',
    ],
    [
      'negative fair use',
      '3000',
      '-1',
      'catalog.yaml:6: package eu: fair_use_minutes_per_user must be a whole number of at least 0',
    ],
    [
      'fractional fair use',
      '3000',
      '1.5',
      'catalog.yaml:6: package eu: fair_use_minutes_per_user must be a whole number of at least 0',
    ],
    [
      'blank package name',
      'name: Europe',
      'name: "  "',
      'catalog.yaml:6: package eu: name must be 1 to 100 characters, and not blank: "  "',
    ],
    [
      'package name of a number',
      'name: Europe',
      'name: 100',
      'catalog.yaml:6: package eu: name must be a string: put it in quotes',
    ],
    ['package twice', 'id: us', 'id: eu', 'catalog.yaml:7: package id "eu" appears twice'],
    ['package none', 'id: us', 'id: none', 'catalog.yaml:7: package id none is reserved for "no package"'],
    ['tariff twice', 'id: plain-usd', 'id: standard-eur', 'catalog.yaml:17: tariff id "standard-eur" appears twice'],
    [
      'tariff id as a number',
      'id: plain-usd',
      'id: 7',
      'catalog.yaml:17: tariff id must be a string: put it in quotes',
    ],
    ['currency', 'currency: USD', 'currency: GBP', 'catalog.yaml:18: tariff plain-usd: currency must be EUR or USD'],
    ['no currency', '    currency: USD\n', '', 'catalog.yaml:17: tariff plain-usd: missing currency'],
    ['unknown channel', 'sms_inbound', 'rcs', 'catalog.yaml:13: tariff standard-eur: messages: unknown key "rcs"'],
    [
      'price as a YAML number',
      '"0.02"',
      '0.02',
      'catalog.yaml:14: tariff standard-eur: conversation_intelligence: price_per_minute must be a quoted decimal, not a YAML number',
    ],
    [
      'seven digits',
      '"0.02"',
      '"0.0200001"',
      'catalog.yaml:14: tariff standard-eur: conversation_intelligence: price_per_minute has more than 6 digits after the point: 0.0200001',
    ],
    [
      'negative price',
      '"0.004"',
      '"-1"',
      'catalog.yaml:16: tariff standard-eur: price of number-lookup is negative: -1',
    ],
    [
      'increment of 0',
      'first_increment: 60',
      'first_increment: 0',
      'catalog.yaml:14: tariff standard-eur: conversation_intelligence: first_increment must be a whole number of at least 1',
    ],
    [
      'hexadecimal increment',
      'first_increment: 60',
      'first_increment: 0x3C',
      'catalog.yaml:14: tariff standard-eur: conversation_intelligence: first_increment must be a whole number of at least 1',
    ],
    [
      'no increment',
      ', next_increment: 60',
      '',
      'catalog.yaml:14: tariff standard-eur: conversation_intelligence: missing next_increment',
    ],
    [
      'a price that is null',
      '{ number-lookup: "0.004" }',
      '',
      'catalog.yaml:16: tariff standard-eur: other must be a map',
    ],
  ]
  test.each(yamlCases)('%s', (_, from, to, ...expected) =>
    expect(faultsOf(yamlWith(from, to)).toSorted()).toEqual(expected.toSorted()),
  )

  test.each([
    ['a list', '- 1\n', ['catalog.yaml:1: catalog must be a map']],
    ['a comment', '# nothing\n', ['catalog.yaml:1: catalog must be a map']],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      ['catalog.yaml:2: not valid YAML: Source contains multiple documents; please use YAML.parseAllDocuments()'],
    ],
    [
      'an alias to itself',
      'tariffs: &a [*a]\n',
      [
        'catalog.yaml:1: catalog: missing rounding',
        'catalog.yaml:1: catalog: missing emergency',
        'catalog.yaml:1: catalog: missing numbering',
        'catalog.yaml:1: tariff must be a map',
      ],
    ],
    [
      'an unknown tag',
      'rounding: !!binary AAAA\n',
      ['catalog.yaml:1: not valid YAML: Unresolved tag: tag:yaml.org,2002:binary'],
    ],
  ])('a catalog that is %s', (_, yaml, expected) => expect(faultsOf({ 'catalog.yaml': yaml })).toEqual(expected))

  test('too many aliases are refused', () => {
    const faults = faultsOf({ 'catalog.yaml': `regions: &r {}\ntariffs: [${'*r, '.repeat(101)}]\n` })
    expect(faults).toContain('catalog.yaml:2: more than 100 aliases')
  })

  test('endless brackets do not crash the reader', () => {
    expect(faultsOf({ 'catalog.yaml': '['.repeat(50_000) })[0]).toMatch(/^catalog\.yaml(:1)?: not valid YAML/)
  })
})

describe('what the rules resolve is a warning, and the catalog loads', () => {
  test.each<[string, Record<string, string>, string[]]>([
    [
      'overlap',
      messageDeck('+4,x,0.1,2026-02-01,', '+4,x,0.1,,'),
      ['sms.csv:2: warning: prefix +4 overlaps line 3; the later effective_from applies'],
    ],
    [
      'a row inside another',
      messageDeck('+4,x,0.1,,', '+4,x,0.1,2026-02-01,2026-03-01'),
      ['sms.csv:3: warning: prefix +4 overlaps line 2; the later effective_from applies'],
    ],
    ['one row after the other', messageDeck('+4,x,0.1,,2026-02-01', '+4,x,0.1,2026-02-01,'), []],
    [
      'a gap',
      messageDeck('+4,x,0.1,,2026-02-01', '+4,x,0.1,2026-03-01,'),
      ['sms.csv:2: warning: prefix +4 ends at 2026-02-01T00:00:00Z and nothing takes over'],
    ],
    [
      'an end that a shorter prefix takes over',
      messageDeck('+4,x,0.1,,', '+49,x,0.1,,2026-02-01'),
      ['sms.csv:3: warning: prefix +49 ends at 2026-02-01T00:00:00Z and +4 (line 2) takes over'],
    ],
    ['ten times the parent', messageDeck('+4,x,0.1,,', '+491,x,1,,'), []],
    [
      'more than ten times the parent',
      messageDeck('+4,x,0.1,,', '+491,x,1.000001,,'),
      ['sms.csv:3: warning: prefix +491 at 1.000001 is more than 10 times +4 at 0.100000 (line 2)'],
    ],
    [
      'dearer than a parent of another time',
      messageDeck('+4,x,0.1,2026-03-01,', '+491,x,2,,2026-03-01', '+491,x,0.2,2026-03-01,'),
      [],
    ],
    ['dearer than a free parent', messageDeck('+4,x,0,,', '+491,x,2,,'), []],
    [
      'a short code in the numbering plan',
      numbering('118,DE,fixed'),
      ['numbering.csv:5: warning: short code 118 always has no country and type special: the values here are ignored'],
    ],
    ['a deck without rows', { 'sms.csv': `${MESSAGE_HEADER}\n` }, ['sms.csv: warning: has no rows']],
    [
      'a country without numbers',
      yamlWith('EU: [AT, DE]', 'EU: [AT, DE, FR]'),
      ['catalog.yaml:4: warning: region EU: no numbering row has country FR'],
    ],
    [
      'a package country no deck reaches',
      { ...yamlWith('countries: [AT, DE]', 'countries: [AT, DE, FR]'), ...numbering('+33,FR,fixed') },
      ['catalog.yaml:6: warning: package eu: no outbound deck reaches FR'],
    ],
    [
      'a package country reached by a part of it only',
      {
        ...yamlWith('countries: [AT, DE]', 'countries: [AT, DE, FR]'),
        ...numbering('+33,FR,fixed'),
        'outbound.csv': `${SAMPLE['outbound.csv']}+336,mobile,0.1,,1,1,,\n`,
      },
      [],
    ],
  ])('%s', (_, changed, expected) => expect(faultsOf(changed)).toEqual(expected))
})

describe('a price more than ten times that of the country', () => {
  const plan = [
    '+49900,DE,premium',
    '+49180,DE,shared_cost',
    '+49118,DE,special',
    '+49170,DE,mobile',
    '+49800,DE,toll_free',
    '+499009,DE,mobile',
  ]
  test.each([
    ['premium', '+49900', 'is expected'],
    ['shared cost', '+49180', 'is expected'],
    ['special', '+49118', 'is expected'],
    ['part of a premium range', '+4990012', 'is expected'],
    ['mobile', '+49170', 'is warned of'],
    ['toll-free', '+49800', 'is warned of'],
    ['fixed', '+4930', 'is warned of'],
    ['mobile within a premium range', '+4990091', 'is warned of'],
    ['wider than the premium range in it', '+4990', 'is warned of'],
    ['unknown to the numbering plan', '+4477', 'is warned of'],
  ])('%s: %s %s', (_, prefix, fate) => {
    const rows = [`${prefix},x,2,,1,1,,`, '+44,x,0.1,,1,1,,', '+49,x,0.1,,1,1,,']
    const faults = faultsOf({ ...numbering(...plan), ...callDeck(...rows) })
    expect(faults).toEqual(fate === 'is expected' ? [] : [expect.stringContaining(`warning: prefix ${prefix} at 2.0`)])
  })
})

describe('a directory', () => {
  test.each(['plain', 'subdirectory'])('%s loads without a fault', (name) => {
    const { catalog, faults, files } = loadCatalog(join(FIXTURES, name))
    expect(faults).toEqual([])
    expect(catalog).not.toBeNull()
    expect(files.has('catalog.yaml')).toBe(true)
  })

  test('faulty: a path that leads outside is not read, and all faults are reported', () => {
    const directory = join(FIXTURES, 'faulty')
    expect([...readCatalogDirectory(directory).files.keys()]).toEqual(['catalog.yaml', 'numbering.csv'])
    expect(loadCatalog(directory).faults.map(formatFault)).toEqual([
      'catalog.yaml:5: tariff t: outbound must be a file inside the catalog\'s directory: "../plain/outbound.csv"',
      'catalog.yaml:5: nowhere.csv: file is missing',
      'numbering.csv:2: country must be two capital letters: "USA"',
    ])
  })

  test('a link that leads outside is not followed, and a directory is not a deck', () => {
    const directory = mkdtempSync(join(tmpdir(), 'catalog-'))
    try {
      writeFileSync(
        join(directory, 'catalog.yaml'),
        'rounding: { scale: 0, mode: up }\nemergency: []\nnumbering: link.csv\ntariffs: [{ id: t, currency: EUR, outbound: decks }]\n',
      )
      mkdirSync(join(directory, 'decks'))
      symlinkSync(join(FIXTURES, 'plain/numbering.csv'), join(directory, 'link.csv'))
      expect(loadCatalog(directory).faults.map(formatFault)).toEqual([
        "catalog.yaml:3: link.csv: leads outside the catalog's directory",
        'catalog.yaml:4: decks: is not a file',
      ])
    } finally {
      rmSync(directory, { recursive: true })
    }
  })

  test('that does not exist is a fault', () => {
    expect(loadCatalog(join(FIXTURES, 'nowhere')).faults.map(formatFault)).toEqual(['catalog.yaml: file is missing'])
  })
})

describe('the hash of a catalog', () => {
  const hash = (files: [string, string][]) => catalogHash(new Map(files.map(([name, text]) => [name, bytesOf(text)])))

  test('is independent of the order of files', () => {
    expect(
      hash([
        ['a', '1'],
        ['b', '2'],
      ]),
    ).toBe(
      hash([
        ['b', '2'],
        ['a', '1'],
      ]),
    )
    expect(hash([['a', '1']])).toMatch(/^[0-9a-f]{64}$/)
  })

  test.each<[string, [string, string][]]>([
    [
      'another byte',
      [
        ['a', '1'],
        ['b', '3'],
      ],
    ],
    [
      'another name',
      [
        ['a', '1'],
        ['c', '2'],
      ],
    ],
    [
      'a byte moved to the next file',
      [
        ['a', ''],
        ['b', '12'],
      ],
    ],
    [
      'a byte moved to the name',
      [
        ['a1', ''],
        ['b', '2'],
      ],
    ],
    ['a missing file', [['a', '1']]],
  ])('differs with %s', (_, files) =>
    expect(hash(files)).not.toBe(
      hash([
        ['a', '1'],
        ['b', '2'],
      ]),
    ),
  )
})

describe('no bytes make it throw, and a rejected catalog has a reason', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.string({ unit: 'grapheme', maxLength: 300 }).map(bytesOf),
    fc
      .array(
        fc.constantFrom(
          '{',
          '}',
          '[',
          ']',
          ':',
          ',',
          '- ',
          '&a ',
          '*a',
          '!t ',
          '"',
          "'",
          '\n',
          '  ',
          '|',
          '>',
          'tariffs',
          'id',
          '? ',
          '<<',
          '1',
          '%YAML 1.1\n',
          '---',
          '...',
        ),
        { maxLength: 60 },
      )
      .map((parts) => bytesOf(parts.join(''))),
  )
  /** The sample with a piece cut out and another put there: most of it still reads. */
  const mutated = (text: string) =>
    fc
      .tuple(
        fc.nat(text.length),
        fc.nat(12),
        fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(',', '"', '\n', '{', '[', '*a', 'null', '-1')),
      )
      .map(([at, length, piece]) => bytesOf(text.slice(0, at) + piece + text.slice(at + length)))

  test.each(Object.keys(SAMPLE))('%s', (name) => {
    fc.assert(
      fc.property(fc.oneof(anything, mutated(SAMPLE[name]!)), (bytes) => {
        const { catalog, faults } = parseCatalog(sampleWith({ [name]: bytes }))
        expect(catalog === null).toBe(faults.some((fault) => fault.severity === 'error'))
        for (const { line } of faults) expect(line === null || line >= 1).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})

test('a deck of 200,000 rows loads in seconds, not minutes', () => {
  const rows = Array.from({ length: 200_000 }, (_, i) => `+${1_000_000 + i * 7},Destination ${i},0.0${i % 97},,60,60,,`)
  const startedAt = performance.now()
  const { catalog } = parseCatalog(sampleWith({ 'outbound.csv': `${CALL_HEADER}\n${rows.join('\n')}\n` }))
  expect(catalog).not.toBeNull()
  // Far above what it takes, so that only a change of order of growth fails it, not a busy machine.
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
