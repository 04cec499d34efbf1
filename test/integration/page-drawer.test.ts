/**
 * The drawer of a movement on the built page, in a real browser on the real API: charges of real rating are explained and add
 * up, and payments, refunds and disputes name and link what they belong to.
 */
import { randomUUID } from 'node:crypto'
import type { BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { parseMoney } from '../../src/core/money.ts'
import { roundedQuotient } from '../../src/core/rating/price.ts'
import { findGrave } from '../../testkit/axe.ts'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { callFields, correctionFields, type Fields, testAccount, testCatalog, usageFields } from '../support/catalog.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply, recordUsage } from '../support/ledger.ts'
import { untilFocusIsOn } from '../support/until-in-page.ts'

const { rounding } = testCatalog()

const browserFound = await browserFor('the drawer')

interface Planted {
  readonly accountId: 'drawer' | 'bare'
  readonly event: Fields
  readonly what: string
  readonly why: string
  /** The displayed factors. */
  readonly formula: string
  readonly amount: string
  /** The other lines of the sum. */
  readonly says?: readonly string[]
}

const call = (eventId: string, fields: Fields = {}) => callFields({ event_id: eventId, ...fields })
const message = (eventId: string, fields: Fields = {}) =>
  usageFields({ event_id: eventId, type: 'message', channel: 'sms', direction: 'outbound', from: 'Acme', ...fields })

/** The sentences of section 6 of the page's description about usage, each with the rating rule that applies. */
const PLANTED: readonly Planted[] = [
  {
    accountId: 'drawer',
    event: call('outside', { to: '+12125550100', duration_seconds: 130 }),
    what: 'Ann Example called United States (+12125550100) for 2 min 10 s.',
    why: 'United States is not in Europe 100.',
    formula: '€0.006 × 132/60 min',
    amount: '€0.0132',
    says: ['Billed 2 min 12 s in steps of 6 s', 'Rate €0.006 per minute'],
  },
  {
    accountId: 'drawer',
    event: call('region', { from: '+12125550100', duration_seconds: 61 }),
    what: 'Ann Example called Austria (+431234567) for 1 min 1 s.',
    why: 'The caller number is not from Austria or Germany.',
    formula: '€0.05 + €0.02 × 2 min',
    amount: '€0.09',
    says: ['Billed 2 min in steps of 60 s', 'Connection fee €0.05'],
  },
  {
    accountId: 'drawer',
    event: call('withheld', { from: null }),
    what: 'Ann Example called Austria (+431234567) for 1 min.',
    why: 'The caller number was withheld, or is not from Austria or Germany.',
    formula: '€0.05 + €0.02 × 1 min',
    amount: '€0.07',
  },
  {
    accountId: 'drawer',
    event: call('split', { user_id: 'bea', duration_seconds: 190 }),
    what: 'bea called Austria (+431234567) for 3 min 10 s.',
    why: '2 minutes were included, the rest charged.',
    formula: '€0.02 × 2 min',
    amount: '€0.04',
    says: ['Used 3 min 10 s', 'Included minutes −2 min', 'Connection fee None, as minutes were included'],
  },
  {
    accountId: 'drawer',
    event: call('used-up', { user_id: 'bea', to: '+4930123', duration_seconds: 37 }),
    what: 'bea called Germany (+4930123) for 37 s.',
    why: 'bea had used the 2 included minutes.',
    formula: '€0.03 + €0.012 × 42/60 min',
    amount: '€0.0384',
    says: ['Billed 42 s 30 s at least, then in steps of 6 s'],
  },
  {
    accountId: 'drawer',
    event: call('forwarded', { leg: 'forwarded' }),
    what: 'A call to Ann Example was forwarded to Austria (+431234567) for 1 min.',
    why: 'Forwarding is always charged.',
    formula: '€0.05 + €0.02 × 1 min',
    amount: '€0.07',
  },
  {
    accountId: 'drawer',
    event: call('premium', { to: '+49900123', duration_seconds: 3_725 }),
    what: 'Ann Example called Germany premium (+49900123) for 1 h 2 min 5 s.',
    why: 'Premium and special numbers are always charged.',
    formula: '€1.99 × 63 min',
    amount: '€125.37',
  },
  {
    accountId: 'drawer',
    event: usageFields({ event_id: 'toll-free', type: 'toll_free', from: null, to: '+49800123', duration_seconds: 31 }),
    what: 'Somebody called your toll-free number, Germany (+49800123), for 31 s.',
    why: 'Inbound toll-free is paid by you.',
    formula: '€0.01 + €0.03 × 36/60 min',
    amount: '€0.028',
  },
  {
    accountId: 'bare',
    event: call('no-package'),
    what: 'ann called Austria (+431234567) for 1 min.',
    why: 'No package was active.',
    formula: '€0.05 + €0.02 × 1 min',
    amount: '€0.07',
  },
  {
    accountId: 'drawer',
    event: message('sms', { user_id: 'ann', to: '+43123456', fragments: 3 }),
    what: 'Ann Example sent an SMS of 3 fragments to Europe (+43123456).',
    why: 'Billed per fragment.',
    formula: '€0.07 × 3',
    amount: '€0.21',
    says: ['Used 3 fragments', 'Rate €0.07 per fragment'],
  },
  {
    accountId: 'drawer',
    event: message('sms-in', { direction: 'inbound', to: '+4930123', fragments: 1 }),
    what: 'An SMS of 1 fragment was received at Germany (+4930123).',
    why: 'Billed per fragment.',
    formula: '€0.01 × 1',
    amount: '€0.01',
  },
  {
    accountId: 'drawer',
    event: usageFields({
      event_id: 'analysis',
      type: 'conversation_intelligence',
      user_id: 'ann',
      duration_seconds: 61,
    }),
    what: 'Conversation Intelligence analyzed 1 min 1 s of a conversation of Ann Example.',
    why: 'Billed per minute.',
    formula: '€0.02 × 2 min',
    amount: '€0.04',
  },
  {
    accountId: 'drawer',
    event: usageFields({ event_id: 'agent', type: 'voice_agent', agent_id: 'front-desk', duration_seconds: 7 }),
    what: 'Voice agent front-desk was in use for 7 s.',
    why: 'Billed per minute.',
    formula: '€0.25 × 7/60 min',
    amount: '€0.0292',
    says: ['by the second', '€0.029166666666…, rounded to 4 decimals.'],
  },
  {
    accountId: 'drawer',
    event: usageFields({ event_id: 'lookup', type: 'other', sku: 'number-lookup', quantity: 12 }),
    what: '12 × number-lookup was used.',
    why: 'Billed per unit.',
    formula: '€0.004 × 12',
    amount: '€0.048',
  },
]

const SUM = /^(?:€([\d.,]+) \+ )?€([\d.,]+) × ([\d,]+)(\/60 min| min)?$/

/** The result of a reader's calculator, in micros, rounded as the price list says. */
function multiplied(formula: string): bigint {
  const match = SUM.exec(formula)
  if (match === null) throw new Error(`not a sum: ${formula}`)
  const [, fee = '0', rate, count, unit] = match
  const scaledQuantity = BigInt(plainNumber(count!)) * (unit === '/60 min' ? 1n : 60n)
  return roundedQuotient(micros(fee) * 60n + micros(rate!) * scaledQuantity, 60n, rounding)
}

const plainNumber = (text: string) => text.replaceAll(',', '')
const micros = (shown: string) => parseMoney(plainNumber(shown.replace(/[€+]/g, '').replace('−', '-')))!

describe.skipIf(browserFound === null)('the drawer of a movement', () => {
  let pages: BillingPages
  let api: TestApi
  const sequences = new Map<string, number>()

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!, { arePaymentsMade: false })
    api = pages.api
    await apply(api, [
      testAccount({ accountId: 'drawer', fairUseMinutesPerUser: 2, voiceAgent: 'credit' }),
      testAccount({ accountId: 'bare', packages: [] }),
      testAccount({ accountId: 'paid' }),
    ])
    await nameUser('drawer', 'ann', 'Ann Example')
    for (const accountId of ['drawer', 'bare']) await adjust(api, accountId, 500_000_000n)
    for (const { accountId, event } of PLANTED) await recordUsage(api, { ...event, account_id: accountId })
    const correction = correctionFields('correction', 'outside', { occurred_at: '2026-02-21T10:00:00Z' })
    await recordUsage(api, { ...correction, account_id: 'drawer' })
    await plantPayments()
    const { rows } = await api.pool.query<{ event_id: string; sequence: bigint }>(
      `select event_id, sequence from tollgate.movements where event_id is not null`,
    )
    for (const { event_id, sequence } of rows) sequences.set(event_id, Number(sequence))
  })

  afterAll(() => pages?.close())

  async function nameUser(accountId: string, userId: string, name: string) {
    const path = `/v1/accounts/${accountId}/users/${userId}/display-name`
    expect((await api.ask('PUT', path, { token: await api.operator(), body: { name } })).status).toBe(200)
  }

  /** 1 opening, 2 usage, 3 an automatic top-up, 4 a manual one, 5 a refund of that, 6 a dispute of the third and 7 its end. */
  async function plantPayments() {
    const session = await api.session('paid', 'admin')
    await adjust(api, 'paid', 12_000_000n, 'Goodwill <b>of May</b>')
    const methodId = await api.addCard('paid', 'good')
    await api.save('paid', {}, methodId)
    await recordUsage(
      api,
      usageFields({ event_id: 'ported', account_id: 'paid', type: 'other', sku: 'ported-number', quantity: 1 }),
    )
    await api.settle()
    const asked = await api.ask('POST', '/v1/accounts/paid/top-ups', {
      session,
      body: { amount: '50.00', method_id: methodId },
      headers: { 'idempotency-key': randomUUID() },
    })
    expect(asked.status).toBe(201)
    await api.settle()
    const charges = await api.charges('paid')
    const [automatic, byHand] = [20_000_000n, 50_000_000n].map(
      (amount) => charges.find(({ amountMicros }) => amountMicros === amount)!.paymentId,
    )
    await api.provider.desk.refund(byHand!, 5_000_000n)
    await api.tend()
    await api.provider.desk.dispute(automatic!)
    await api.tend()
    await api.provider.desk.win(automatic!)
    await api.tend()
  }

  interface OpenOptions {
    readonly role?: 'admin' | 'member'
    readonly change?: (context: BrowserContext) => Promise<unknown>
  }

  /** With movements visible, until the file is done. */
  async function openAccountPage(accountId: string, { role = 'admin', change }: OpenOptions = {}): Promise<Page> {
    const page = await pages.open(accountId, {
      role,
      browser: { timezoneId: 'Europe/Berlin' },
      prepare: async (fresh) => change?.(fresh.context()),
    })
    await page.getByRole('tabpanel').getByRole('row').nth(1).waitFor()
    return page
  }

  /** Until the test is done. */
  async function open(accountId: string, options?: OpenOptions): Promise<Page> {
    const page = await openAccountPage(accountId, options)
    onTestFinished(() => page.context().close())
    return page
  }

  /** Rows are newest first, and sequences have no gap. */
  function rowOf(page: Page, sequence: number, count: number): Locator {
    const row = page.getByRole('tabpanel').getByRole('row')
    return row.nth(1 + count - sequence).getByRole('button')
  }

  async function countOf(accountId: string): Promise<number> {
    const { rows } = await api.pool.query<{ count: bigint }>(
      'select count(*) as count from tollgate.movements where account_id = $1',
      [accountId],
    )
    return Number(rows[0]!.count)
  }

  async function openDrawer(page: Page, accountId: string, sequence: number): Promise<Locator> {
    await rowOf(page, sequence, await countOf(accountId)).click()
    const drawer = page.getByRole('dialog')
    await drawer.getByText('Balance', { exact: true }).waitFor()
    return drawer
  }

  /** Also what a failed test has left open, which would block all later ones. */
  async function closeDrawer(page: Page): Promise<void> {
    if ((await page.getByRole('dialog').count()) > 0) await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  /** With plain spaces, as in the tables of the tests. */
  const textOf = async (part: Locator) => (await part.innerText()).replaceAll(/[\s\u00a0\u202f]+/g, ' ')

  describe.each(['drawer', 'bare'] as const)('of usage of %s', (accountId) => {
    let page: Page

    beforeAll(async () => {
      page = await openAccountPage(accountId)
    })

    afterEach(() => closeDrawer(page))

    it.each(PLANTED.filter((planted) => planted.accountId === accountId))(
      'says: $why',
      async ({ event, what, why, formula, amount, says = [] }) => {
        const drawer = await openDrawer(page, accountId, sequences.get(String(event.event_id))!)
        for (const said of [what, `Why ${why}`, ...says]) await expect.poll(() => textOf(drawer)).toContain(said)
        const shownFormula = await textOf(drawer.locator('.figures-total dt'))
        const shownAmount = await textOf(drawer.locator('.figures-total dd'))
        expect([shownFormula, shownAmount]).toEqual([formula, amount])
        expect(multiplied(shownFormula)).toBe(micros(shownAmount))
        const moved = micros(await textOf(drawer.locator('.movement-amount')))
        expect(-moved).toBe(micros(shownAmount))
        const [before, after] = (await drawer.locator('dl').last().locator('dd').allInnerTexts()).map(micros)
        expect(before! + moved).toBe(after)
      },
    )
  })

  it('of a reversal leads to the charge and back, by keyboard', async () => {
    const page = await open('drawer')
    const drawer = await openDrawer(page, 'drawer', sequences.get('correction')!)
    await page.getByRole('dialog', { name: 'Reversal details' }).waitFor()
    // Days of past years have their year.
    await expect
      .poll(() => textOf(drawer))
      .toMatch(
        /A charge was taken back: €0\.0132 is credit again\. Why Takes back the charge of February 20(, 2026)?\./,
      )
    expect(await findGrave(page)).toEqual([])
    await drawer.getByRole('button', { name: 'Show the charge' }).focus()
    await page.keyboard.press('Enter')
    const charge = page.getByRole('dialog', { name: 'Outbound call details' })
    await charge.getByText('United States is not in Europe 100.').waitFor()
    await untilFocusIsOn(page, 'Outbound call details')
    await expect.poll(() => textOf(charge)).toMatch(/Taken back on February 21(, 2026)?\./)
    expect(await findGrave(page)).toEqual([])
    await page.keyboard.press('Tab')
    await untilFocusIsOn(page, 'Back to: Charge taken back')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Reversal details' }).waitFor()
    await untilFocusIsOn(page, 'Show the charge')
    await page.keyboard.press('Escape')
    await drawer.waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'Charge taken back')
  })

  it('of corrected usage leads to its correction', async () => {
    const page = await open('drawer')
    const drawer = await openDrawer(page, 'drawer', sequences.get('outside')!)
    await drawer.getByRole('button', { name: 'Show what took it back' }).click()
    await page.getByRole('dialog', { name: 'Reversal details' }).waitFor()
    // Links lead back and forth without end, and the way back is as long.
    await drawer.getByRole('button', { name: 'Show the charge' }).click()
    await page.getByRole('dialog', { name: 'Outbound call details' }).waitFor()
    await drawer.getByRole('button', { name: /^Back to/ }).click()
    await page.getByRole('dialog', { name: 'Reversal details' }).waitFor()
    await drawer.getByRole('button', { name: /^Back to/ }).click()
    await page.getByRole('dialog', { name: 'Outbound call details' }).waitFor()
    await drawer.getByRole('button', { name: /^Back to/ }).waitFor({ state: 'detached' })
  })

  describe('of money,', () => {
    let page: Page

    beforeAll(async () => {
      page = await openAccountPage('paid')
    })

    afterEach(() => closeDrawer(page))

    it.each<[sequence: number, title: string, says: (string | RegExp)[]]>([
      [1, 'Adjustment details', ['€12.00 was added to your credit.', 'Why Goodwill <b>of May</b> By test']],
      [
        3,
        'Top-up details',
        [
          '€20.00 was added to your credit.',
          /Charged automatically: credit fell to −€0\.20, below €10\.00, set by test on \w+ \d+(, \d{4})?\./,
          'Allowed by Ann Arbor on',
          'On your statement: HARBOR TELECOM.',
          'Card Visa 4242',
        ],
      ],
      [4, 'Top-up details', ['Paid by Ann Arbor with Visa 4242.', 'Refunded so far €5.00']],
      [5, 'Refund details', ['€5.00 of the payment of', 'was refunded and left your credit.']],
      [6, 'Dispute details', ['The cardholder disputed the payment of', '€20.00 left your credit.']],
      [7, 'Dispute details', ['The dispute about the payment of', 'was won: €20.00 is back.']],
    ])('movement %d is titled %s, and says why', async (sequence, title, says) => {
      const drawer = await openDrawer(page, 'paid', sequence)
      await page.getByRole('dialog', { name: title }).waitFor()
      // Details arrive after what the row already said.
      for (const said of says) {
        const shown = expect.poll(() => textOf(drawer))
        await (typeof said === 'string' ? shown.toContain(said) : shown.toMatch(said))
      }
      expect(await findGrave(page)).toEqual([])
    })

    it.each([
      [5, 'Paid by Ann Arbor with Visa 4242.'],
      [6, 'Charged automatically'],
      [7, 'Charged automatically'],
    ])('movement %d leads to its payment', async (sequence, says) => {
      const drawer = await openDrawer(page, 'paid', sequence)
      await drawer.getByRole('button', { name: 'Show the payment' }).click()
      await page.getByRole('dialog', { name: 'Top-up details' }).waitFor()
      await expect.poll(() => textOf(drawer)).toContain(says)
    })
  })

  it('shows members no card, no statement, and no names', async () => {
    const page = await open('paid', { role: 'member' })
    for (const sequence of [3, 4, 6]) {
      const drawer = await openDrawer(page, 'paid', sequence)
      const says = { 3: 'Charged automatically: credit fell to', 4: 'Paid by hand.', 6: 'disputed' }[sequence]!
      await expect.poll(() => textOf(drawer)).toContain(says)
      expect(await textOf(drawer)).not.toMatch(/Visa|4242|Ann Arbor|Allowed|statement|set by/)
      await closeDrawer(page)
    }
    const called = await open('drawer', { role: 'member' })
    const drawer = await openDrawer(called, 'drawer', sequences.get('region')!)
    await drawer.getByText('The caller number is not from Austria or Germany.').waitFor()
    expect(await textOf(drawer)).not.toContain('+431234567')
  })

  it('copies the interaction ID, and confirms it', async () => {
    const page = await open('drawer', {
      change: (context) => context.grantPermissions(['clipboard-read', 'clipboard-write']),
    })
    const drawer = await openDrawer(page, 'drawer', sequences.get('region')!)
    await drawer.getByRole('button', { name: 'Copy' }).press('Enter')
    await drawer.getByRole('status').getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('region')
  })

  it('selects the interaction ID if copying is not allowed', async () => {
    const page = await open('drawer', {
      change: (context) =>
        context.addInitScript(
          `navigator.clipboard.writeText = () => Promise.reject(new DOMException('', 'NotAllowedError'))`,
        ),
    })
    const drawer = await openDrawer(page, 'drawer', sequences.get('region')!)
    await drawer.getByRole('button', { name: 'Copy' }).press('Enter')
    await drawer.getByRole('status').getByText('Selected, ready to copy').waitFor()
    expect(await page.evaluate('getSelection().toString()')).toBe('region')
  })

  it('says inside the drawer that details could not be loaded, and retries', async () => {
    const page = await open('drawer')
    await page.route('**/movements/*', (route) => route.abort())
    await rowOf(page, sequences.get('region')!, await countOf('drawer')).click()
    const drawer = page.getByRole('dialog', { name: 'Outbound call details' })
    await drawer.getByText('Details could not be loaded.').waitFor()
    expect(await findGrave(page)).toEqual([])
    await page.unroute('**/movements/*')
    await drawer.getByRole('button', { name: 'Try again' }).press('Enter')
    await drawer.getByText('The caller number is not from Austria or Germany.').waitFor()
    await untilFocusIsOn(page, 'Outbound call details')
  })
})
