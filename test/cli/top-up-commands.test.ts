/** What the top-up commands print without an installation: usage errors, refusals, and an account's state. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { overviewJson, overviewText } from '../../src/cli/auto-top-up-text.ts'
import { consentFor, readConsent } from '../../src/cli/consent.ts'
import { type Refusal, refusal } from '../../src/cli/top-up-refusals.ts'
import { parseInstant } from '../../src/core/instant.ts'
import { FRESH_MEMORY, type Pause } from '../../src/core/top-up/memory.ts'
import type { AutoTopUpOverview } from '../../src/ledger/top-ups/read-overview.ts'
import { runTollgate } from '../support/tollgate.ts'

let directory: string
let terms: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tollgate-consent-'))
  terms = join(directory, 'terms.txt')
  writeFileSync(terms, 'Charge my card.\n')
  writeFileSync(join(directory, 'empty.txt'), ' \n')
  writeFileSync(join(directory, 'large.txt'), 'x'.repeat(64 * 1024 + 1))
})
afterAll(() => rmSync(directory, { recursive: true }))

const SETTINGS = ['top-up', 'settings', 'acme']
const ADD = ['payment-method', 'add', 'acme']
const NOW = ['top-up', 'now', 'acme']
const ACTOR = ['--actor', 'ann']
const NUMBER = '4000056655665556'

describe('wrong usage ends with 2, before anything is read', () => {
  test.each([
    { args: [...SETTINGS, '--on', '--off', ...ACTOR], says: 'give either --on or --off, not both' },
    { args: [...SETTINGS, '--on'], says: 'give --actor (who makes the change)' },
    { args: [...SETTINGS, ...ACTOR], says: 'give what to change: --on, --off, --threshold, --amount or --cap' },
    { args: [...SETTINGS, '--amount', '5e1', ...ACTOR], says: '--amount 5e1 is not an amount: give a decimal above 0' },
    { args: [...SETTINGS, '--threshold', '-1', ...ACTOR], says: '--threshold -1 is not an amount' },
    {
      args: [...SETTINGS, '--cap', 'nope', ...ACTOR],
      says: '--cap nope is not an amount: give a decimal above 0, such as 25.00, or none',
    },
    { args: [...SETTINGS, '--on', '--consent-by', 'jo', ...ACTOR], says: 'a consent requires both --consent-by' },
    { args: [...SETTINGS, '--on', '--consent-text', '$terms', ...ACTOR], says: 'a consent requires both --consent-by' },
    {
      args: [...SETTINGS, '--on', '--consent-locale', 'de', ...ACTOR],
      says: 'require --consent-by and --consent-text',
    },
    {
      args: [...SETTINGS, '--on', '--consent-by', 'jo', '--consent-text', '/nowhere', ...ACTOR],
      says: '/nowhere cannot be read (ENOENT)',
    },
    {
      args: [...SETTINGS, '--on', '--request-id', 'ä', ...ACTOR],
      says: '--request-id must be 1 to 200 printable ASCII',
    },
    { args: ['top-up', 'resume', 'acme'], says: "required option '--actor <name>' not specified" },
    { args: [...NOW, '0', ...ACTOR], says: '0 is not an amount: give a decimal above 0' },
    { args: [...NOW, '-5', ...ACTOR], says: '-5 is not an amount: give a decimal above 0' },
    { args: [...NOW, '5'], says: "required option '--actor <name>' not specified" },
    { args: [...NOW, '5', '--request-id', '', ...ACTOR], says: '--request-id must be 1 to 200 printable ASCII' },
    { args: ['top-up', 'list', '--limit', '0'], says: '--limit 0 is not a whole number from 1 to 999999999' },
    {
      args: [...ADD, '--number', NUMBER, '--expiry', '2029-08', ...ACTOR],
      says: '--expiry must be a month and a year, as in 08/29',
    },
    {
      args: [...ADD, '--expiry', NUMBER, '--number', '08/29', ...ACTOR],
      says: '--expiry must be a month and a year, as in 08/29',
    },
    { args: [...ADD, NUMBER, '--number', NUMBER, '--expiry', '08/29', ...ACTOR], says: 'too many arguments' },
    {
      args: [...ADD, `--numer=${NUMBER}`, '--number', NUMBER, '--expiry', '08/29', ...ACTOR],
      says: "unknown option '--numer=…'",
    },
    { args: ['payment-method', NUMBER], says: "unknown command '…'" },
    { args: ['payment-method', 'remove', 'acme', 'm-1'], says: "required option '--actor <name>' not specified" },
  ])('$args', async ({ args, says }) => {
    const ended = await runTollgate({}, ...args.map((arg) => (arg === '$terms' ? terms : arg)))
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' })
    expect(ended.stderr).toContain(says)
    expect(ended.stderr).not.toContain(NUMBER)
  })

  test.each([
    ['top-up'],
    ['top-up', 'settings'],
    ['top-up', 'resume'],
    ['top-up', 'now'],
    ['top-up', 'list'],
    ['top-up', 'show'],
    ['payment-method', 'add'],
    ['payment-method', 'list'],
    ['payment-method', 'remove'],
  ])('%s %s has help', async (...command) => {
    expect(await runTollgate({}, ...command, '--help')).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

const EUR_5 = 5_000_000n

test.each<{ refused: Refusal; exitCode: 1 | 2; says: string }>([
  { refused: 'unknown_account', exitCode: 1, says: 'there is no account acme' },
  { refused: 'account_closed', exitCode: 1, says: 'account acme is closed and can no longer be charged' },
  {
    refused: 'request_key_reused',
    exitCode: 1,
    says: 'the request id was already used for something else; nothing was changed',
  },
  {
    refused: 'consent_needed',
    exitCode: 1,
    says: 'this could charge more than before, so a consent is required: give --consent-by (who agreed) and --consent-text (a file with the text)',
  },
  {
    refused: 'consent_differs',
    exitCode: 1,
    says: 'the settings or the card of acme changed in the meantime, so the consent is for other figures: see "tollgate top-up settings acme", then ask the customer again',
  },
  {
    refused: 'needs_another_method',
    exitCode: 1,
    says: 'the card of acme must not be charged again: add another one with "tollgate payment-method add acme --default", then resume',
  },
  {
    refused: 'no_method',
    exitCode: 1,
    says: 'account acme has no card: add one with "tollgate payment-method add acme --default"',
  },
  {
    refused: 'unknown_method',
    exitCode: 1,
    says: 'account acme has no such card: see "tollgate payment-method list acme"',
  },
  {
    refused: 'never_set_up',
    exitCode: 1,
    says: 'automatic top-up of acme was never set up: give --threshold and --amount too',
  },
  {
    refused: 'turned_off',
    exitCode: 1,
    says: 'automatic top-up of acme is off: turn it on with "tollgate top-up settings acme --on"',
  },
  {
    refused: {
      faults: [
        { field: 'threshold', kind: 'more_than_2_decimals' },
        { field: 'amount', kind: 'below_min', minMicros: EUR_5 },
      ],
    },
    exitCode: 2,
    says: 'the threshold has more than 2 decimals\nthe amount is too low: at least 5.000000 EUR',
  },
  {
    refused: { faults: [{ field: 'threshold', kind: 'above_max', maxMicros: EUR_5 }] },
    exitCode: 2,
    says: 'the threshold is too high: at most 5.000000 EUR',
  },
  {
    refused: { faults: [{ field: 'monthly_cap', kind: 'cap_below_amount', amountMicros: EUR_5 }] },
    exitCode: 2,
    says: 'the cap is less than one top-up: at least 5.000000 EUR, or none',
  },
])('$refused is explained in plain words, with what to do', ({ refused, exitCode, says }) => {
  expect(refusal(refused, 'acme', 'EUR')).toMatchObject({ message: says, exitCode })
})

describe('a consent', () => {
  test('is the text of a file; its version is derived from it unless given', () => {
    const given = readConsent({ consentBy: 'jo', consentText: terms })
    expect(given).toEqual({
      person: 'jo',
      text: 'Charge my card.',
      textVersion: expect.stringMatching(/^sha256:[0-9a-f]{16}$/),
      locale: 'en',
    })
    const named = { consentBy: 'jo', consentText: terms, consentTextVersion: '7', consentLocale: 'de' }
    expect(readConsent(named)).toEqual({ ...given, textVersion: '7', locale: 'de' })
    expect(readConsent({})).toBeNull()
  })

  test.each([
    ['empty.txt', 'contains no text'],
    ['large.txt', 'is larger than 64 KB'],
    ['', 'cannot be read (EISDIR)'],
  ])('from the file "%s" is refused: it %s', (name, says) => {
    expect(() => readConsent({ consentBy: 'jo', consentText: join(directory, name) })).toThrow(says)
  })

  test('contains the figures that are saved, and who vouches for it', () => {
    const settings = { isOn: true, thresholdMicros: 1n, amountMicros: 2n, monthlyCapMicros: null }
    const given = { person: 'jo', text: 'yes', textVersion: '1', locale: 'en' }
    expect(consentFor(given, settings, 'm-1', 'ann')).toEqual({
      ...given,
      attestedBy: 'ann',
      thresholdMicros: 1n,
      amountMicros: 2n,
      monthlyCapMicros: null,
      methodId: 'm-1',
    })
    expect(consentFor(null, settings, 'm-1', 'ann')).toBeNull()
  })
})

const at = (text: string): number => parseInstant(text)!
const SINCE = at('2026-03-01T10:00:00Z')

const OVERVIEW: AutoTopUpOverview = {
  accountId: 'acme',
  currency: 'EUR',
  balanceMicros: 12_340_000n,
  isClosed: false,
  settingsVersion: 4,
  lastChange: { version: 3, actor: 'ann', recordedAt: '2026-03-01T09:00:00.000000Z' },
  settings: { isOn: true, thresholdMicros: 20_000_000n, amountMicros: 50_000_000n, monthlyCapMicros: 500_000_000n },
  methodId: 'm-1',
  memory: FRESH_MEMORY,
  waits: null,
  chargedThisMonthMicros: 450_000_000n,
  method: { methodId: 'm-1', provider: 'sandbox', brand: 'visa', last4: '4242', expiryMonth: 8, expiryYear: 2029 },
  open: null,
}

function pausedBy(pause: Partial<Pause>): Partial<AutoTopUpOverview> {
  const whole: Pause = { reason: 'declined', code: null, methodId: 'm-1', sinceMicros: SINCE, ...pause }
  return { memory: { ...FRESH_MEMORY, pause: whole, declinesInARow: 3 } }
}

describe('the state of automatic top-up', () => {
  test('is printed line by line', () => {
    expect(overviewText(OVERVIEW)).toBe(`account:   acme
balance:   12.340000 EUR
automatic: on
threshold: charges while the balance is below 20.000000 EUR
amount:    50.000000 EUR
cap:       500.000000 EUR a month; 450.000000 EUR charged this month (UTC)
card:      visa ending in 4242, expires 08/29, at sandbox (m-1)
`)
  })

  test.each<{ name: string; changed: Partial<AutoTopUpOverview>; line: string }>([
    { name: 'never set up', changed: { settings: null }, line: 'automatic: never set up' },
    { name: 'off', changed: { settings: { ...OVERVIEW.settings!, isOn: false } }, line: 'automatic: off' },
    { name: 'closed', changed: { isClosed: true }, line: 'account:   acme, closed' },
    { name: 'no card', changed: { methodId: null, method: null }, line: 'card:      none' },
    {
      name: 'no cap',
      changed: { settings: { ...OVERVIEW.settings!, monthlyCapMicros: null } },
      line: 'cap:       none; 450.000000 EUR charged this month (UTC)',
    },
    {
      name: 'paused by declines',
      changed: pausedBy({ code: 'insufficient_funds' }),
      line: 'paused:    since 2026-03-01T10:00:00.000000Z, declined (insufficient_funds): the card was declined three times in a row; to resume, give a consent: tollgate top-up resume acme',
    },
    {
      name: 'paused by a decline that waiting does not change',
      changed: pausedBy({ reason: 'ask_customer', code: 'expired_card' }),
      line: 'paused:    since 2026-03-01T10:00:00.000000Z, ask_customer (expired_card): the customer has to fix something first; to resume, give a consent: tollgate top-up resume acme',
    },
    {
      name: 'paused by a card that was stopped',
      changed: pausedBy({ reason: 'card_stopped', code: 'lost_card' }),
      line: 'paused:    since 2026-03-01T10:00:00.000000Z, card_stopped (lost_card): the card must not be charged again; to resume, add another card (tollgate payment-method add acme --default), then give a consent: tollgate top-up resume acme',
    },
    {
      name: 'paused by a dispute, another card since',
      changed: pausedBy({ reason: 'disputed', methodId: 'm-0' }),
      line: 'paused:    since 2026-03-01T10:00:00.000000Z, disputed: a payment was disputed; to resume, give a consent: tollgate top-up resume acme',
    },
    {
      name: 'waiting at a limit',
      changed: { waits: { limit: 'monthly_cap', untilMicros: at('2026-04-01T00:00:00Z') } },
      line: 'waits:     until 2026-04-01T00:00:00.000000Z: the monthly cap is used up',
    },
    {
      name: 'one that is retried later',
      changed: {
        open: {
          topUpId: 't-1',
          state: 'requested',
          reason: 'insufficient_funds',
          nextTryAtMicros: SINCE,
          isBeingCanceled: false,
        },
      },
      line: 'open:      t-1, requested after insufficient_funds, next attempt at 2026-03-01T10:00:00.000000Z or later',
    },
    {
      name: 'one in progress',
      changed: {
        open: { topUpId: 't-1', state: 'processing', reason: null, nextTryAtMicros: SINCE, isBeingCanceled: false },
      },
      line: 'open:      t-1, processing',
    },
  ])('$name: $line', ({ changed, line }) => {
    expect(overviewText({ ...OVERVIEW, ...changed }).split('\n')).toContain(line)
  })

  test('as JSON has amounts as decimal strings and instants in UTC', () => {
    const waits = { limit: 'day_limit', untilMicros: at('2026-04-01T00:00:00Z') }
    const open = {
      topUpId: 't-1',
      state: 'requested',
      reason: null,
      nextTryAtMicros: SINCE,
      isBeingCanceled: false,
    } as const
    const line = overviewJson({ ...OVERVIEW, ...pausedBy({ code: 'call_issuer' }), waits, open })
    expect(JSON.parse(line)).toEqual({
      account_id: 'acme',
      closed: false,
      currency: 'EUR',
      balance: '12.340000',
      settings_version: 4,
      settings: { on: true, threshold: '20.000000', amount: '50.000000', monthly_cap: '500.000000' },
      charged_this_month: '450.000000',
      method: {
        method_id: 'm-1',
        provider: 'sandbox',
        brand: 'visa',
        last4: '4242',
        expiry_month: 8,
        expiry_year: 2029,
      },
      declines_in_a_row: 3,
      paused: { reason: 'declined', code: 'call_issuer', method_id: 'm-1', since: '2026-03-01T10:00:00.000000Z' },
      waits: { reason: 'day_limit', until: '2026-04-01T00:00:00.000000Z' },
      open_top_up: {
        top_up_id: 't-1',
        state: 'requested',
        reason: null,
        next_try_at: '2026-03-01T10:00:00.000000Z',
      },
    })
  })
})
