import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rateLines } from '../../src/cli/rate.ts'
import { within } from '../../testkit/until.ts'
import { CATALOG_FILES, callFields, correctionFields, testBook } from '../support/catalog.ts'

const program = fileURLToPath(new URL('../../bin/tollgate.mjs', import.meta.url))
const ACCOUNTS = `accounts:
  - id: acme
    currency: EUR
    tariff: standard-eur
    packages: [{ id: eu-100, from: 2020-01-01 }]
    billing_cycle_anchor: 2026-01-15
`

let directory: string
const inside = (name: string) => join(directory, name)

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollgate-rate-'))
  mkdirSync(inside('catalog'))
  for (const [name, text] of Object.entries(CATALOG_FILES)) writeFileSync(join(inside('catalog'), name), text)
  writeFileSync(inside('accounts.yaml'), ACCOUNTS)
})
afterAll(() => rmSync(directory, { recursive: true }))

function run(args: readonly string[], input: string | Uint8Array = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { input, encoding: 'utf8' })
  return { status, stdout, stderr: stderr.replaceAll(directory, '.') }
}

const rateArgs = (changed: { catalog?: string; accounts?: string; events?: string } = {}) => [
  ...['rate', '--catalog', inside(changed.catalog ?? 'catalog')],
  ...['--accounts', inside(changed.accounts ?? 'accounts.yaml'), '--events', changed.events ?? '-'],
]

async function ratedInChunks(bytes: Uint8Array, size: number): Promise<string> {
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  let results = ''
  for await (const part of rateLines(chunks(), testBook())) results += part
  return results
}

describe('tollgate rate', () => {
  test('prints one result per line, with its fields in the documented order', () => {
    const lines = [
      JSON.stringify(callFields({ to: '+49900123' })),
      '',
      ' \t\r',
      JSON.stringify(correctionFields('c1', 'e1')),
      '{"event_id":"e3"',
      // A Unicode line separator within a JSON string does not end the line.
      `${JSON.stringify(callFields({ event_id: 'e4', from: null, note: '\u2028' }))}\r`,
    ]
    const { status, stdout, stderr } = run(rateArgs(), lines.join('\n'))
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    expect(stdout.split('\n')).toEqual([
      '{"event_id":"e1","account_id":"acme","outcome":"charged","reason":"special_number","units":60,"covered_minutes":0,"amount":"1.990000","currency":"EUR","rate":{"deck":"outbound.csv","prefix":"+49900","destination":"Germany premium"}}',
      '{"event_id":"c1","account_id":"acme","outcome":"reversed","reason":"correction","units":0,"covered_minutes":0,"amount":"-1.990000","currency":"EUR","rate":null}',
      '{"event_id":null,"account_id":null,"outcome":"rejected","reason":"invalid_event","units":0,"covered_minutes":0,"amount":"0.000000","currency":null,"rate":null}',
      '{"event_id":"e4","account_id":"acme","outcome":"charged","reason":"caller_region_mismatch","units":60,"covered_minutes":0,"amount":"0.070000","currency":"EUR","rate":{"deck":"outbound.csv","prefix":"+43","destination":"Austria"}}',
      '',
    ])
  })

  test.each([1, 2, 7, 64, 100_000])('reads lines that are split into chunks of %i bytes', async (size) => {
    const broken = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d, 0x0a])
    const calls = ['é', '\u{1F600}', 'x'].map(
      (note, i) => `${JSON.stringify(callFields({ event_id: `e${i}`, note }))}\n`,
    )
    const bytes = Buffer.concat([Buffer.from(calls[0]!), broken, Buffer.from(calls.slice(1).join('').trimEnd())])
    const outcomes = (await ratedInChunks(bytes, size)).trimEnd().split('\n')
    expect(outcomes.map((line) => JSON.parse(line).reason)).toEqual([
      'in_package',
      'invalid_event',
      'in_package',
      'in_package',
    ])
  })

  test('refuses invalid files with every fault, its file and line', () => {
    mkdirSync(inside('bad'))
    writeFileSync(join(inside('bad'), 'catalog.yaml'), 'rounding: { scale: 9, mode: half_up }\nemergency: []\n')
    writeFileSync(inside('bad.yaml'), ACCOUNTS.replace('EUR', 'XXX'))
    const { status, stdout, stderr } = run(rateArgs({ catalog: 'bad', accounts: 'bad.yaml' }))
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
    expect(stderr).toMatch(/^catalog\.yaml:1: rounding scale/m)
    expect(stderr).toMatch(/^\.\/bad\.yaml:3: account acme: currency/m)
    expect(stderr).not.toMatch(/^ +at /m)
  })

  test.each([
    [
      'an account the catalog cannot rate',
      { accounts: 'unknown.yaml' },
      /unknown\.yaml:2: account acme: unknown tariff/,
    ],
    ['no accounts file', { accounts: 'nowhere.yaml' }, /nowhere\.yaml: file is missing/],
    ['no events file', { events: '/nowhere/events.jsonl' }, /events\.jsonl: file is missing/],
    ['a directory for events', { events: tmpdir() }, /cannot be read \(EISDIR\)/],
  ])('ends with 2 for %s', (_name, changed, reason) => {
    writeFileSync(inside('unknown.yaml'), ACCOUNTS.replace('standard-eur', 'nope'))
    const { status, stderr } = run(rateArgs(changed))
    expect(stderr).toMatch(reason)
    expect(status).toBe(2)
  })

  test('ends quietly when its reader closes the pipe', async () => {
    const events = Array.from({ length: 20_000 }, (_, i) => JSON.stringify(callFields({ event_id: `e${i}` }))).join(
      '\n',
    )
    writeFileSync(inside('many.jsonl'), events)
    const child = spawn(process.execPath, [program, ...rateArgs({ events: inside('many.jsonl') })])
    let stderr = ''
    child.stderr.on('data', (data) => {
      stderr += data
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const [status] = await within('the end of tollgate rate', once(child, 'close'), 20_000)
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  })
})

describe('the program', () => {
  test.each([
    [['--help'], 0],
    [['rate', '--help'], 0],
    [['catalog', 'check', '--help'], 0],
    [['accounts', 'credit', '--help'], 0],
    [[], 2],
    [['nope'], 2],
    [['rate'], 2],
    [['rate', '--nope'], 2],
  ])('%j ends with %i', (args, status) => expect(run(args).status).toBe(status))

  test('catalog check prints faults on standard output', () => {
    writeFileSync(join(inside('catalog'), 'extra.csv'), '')
    expect(run(['catalog', 'check', inside('catalog')]).status).toBe(0)
    mkdirSync(inside('empty'))
    expect(run(['catalog', 'check', inside('empty')])).toMatchObject({
      status: 2,
      stdout: 'catalog.yaml: file is missing\n',
    })
  })
})
