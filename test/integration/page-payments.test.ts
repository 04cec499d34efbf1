/** Paying on the built page, in a real browser on the real API and the sandbox: in every case, one request is one charge. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { findGrave } from '../../testkit/axe.ts'
import { until } from '../../testkit/until.ts'
import { TEST_PORTAL, type TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { browserFor } from '../support/found-browser.ts'
import type { Card } from '../support/payments.ts'
import { untilInPage } from '../support/until-in-page.ts'

const browserFound = await browserFor('paying')

describe.skipIf(browserFound === null)('paying on the page', () => {
  let pages: BillingPages
  let api: TestApi

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!)
    api = pages.api
  })

  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  /** An account with a balance and a card, and the page of one of its admins. */
  async function open({ card = 'good', balanceMicros = 1_000_000n, role = 'admin' }: OpenOptions = {}) {
    const accountId = await pages.account(balanceMicros)
    if (card !== null) await api.addCard(accountId, card)
    const page = await pages.open(accountId, { role })
    await page.getByText('Signed in as Ann Arbor').waitFor()
    return { accountId, page }
  }

  interface OpenOptions {
    readonly card?: Card | null
    readonly balanceMicros?: bigint
    readonly role?: 'admin' | 'member'
  }

  async function openAddCredit(page: Page) {
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add credit' })
    await dialog.getByRole('radio', { name: '€25.00' }).check()
    return { dialog, pay: dialog.getByRole('button', { name: 'Pay €25.00' }) }
  }

  it('a double click is one charge, and leads to the balance', async () => {
    const { accountId, page } = await open()
    const { dialog, pay } = await openAddCredit(page)
    await dialog.getByText('Credit after: €26.00').waitFor()
    await dialog.getByText('Unused credit is not refunded.').waitFor()
    expect(await findGrave(page)).toEqual([])
    await pay.dblclick()
    await dialog.waitFor({ state: 'hidden' })
    await page.locator('#balance', { hasText: '€26.00' }).waitFor()
    await untilInPage(page, `document.activeElement.id === 'balance'`)
    expect(await pages.charges(accountId)).toBe(1)
    await untilInPage(page, 'sessionStorage.length === 0')
  })

  it('a reload during the request is one charge', async () => {
    const { accountId, page } = await open()
    const { pay } = await openAddCredit(page)
    let asked = 0
    // It arrives, and the page is gone before the answer.
    await page.route('**/top-ups', async (route) => {
      if (route.request().method() !== 'POST') return await route.continue()
      asked += 1
      if (asked === 1) {
        await route.fetch()
        return
      }
      await route.continue()
    })
    await pay.click()
    await until('it is charged', async () => (await pages.charges(accountId)) === 1)
    await page.reload()
    const dialog = page.getByRole('dialog', { name: 'Add credit' })
    await dialog.getByText('We do not know yet whether it went through.').waitFor()
    await dialog.getByRole('button', { name: 'Check again' }).click()
    await dialog.waitFor({ state: 'hidden' })
    expect(asked).toBe(2)
    expect(await pages.charges(accountId)).toBe(1)
    await page.locator('#balance', { hasText: '€26.00' }).waitFor()
  })

  it('a lost reply is one charge', async () => {
    const { accountId, page } = await open()
    const { dialog, pay } = await openAddCredit(page)
    let asked = 0
    const looked = Promise.withResolvers<void>()
    await page.route('**/top-ups', async (route) => {
      if (route.request().method() === 'POST' && ++asked < 3) {
        await route.fetch()
        return await route.abort('connectionreset')
      }
      // The page asks again by itself, and its dialog would close while it is looked at.
      if (asked === 3) await looked.promise
      await route.continue()
    })
    await pay.click()
    await dialog.getByText('We do not know yet whether it went through.').waitFor()
    await dialog.getByText('You are charged at most once for this.').waitFor()
    expect(await findGrave(page)).toEqual([])
    looked.resolve()
    await dialog.waitFor({ state: 'hidden' })
    expect(asked).toBe(3)
    expect(await pages.charges(accountId)).toBe(1)
  })

  it.each([
    ['noFunds', "The card's funds or limit do not cover it.", true],
    ['overLimit', "The card's funds or limit do not cover it.", true],
    ['expired', 'The card has expired.', true],
    ['wrongDetails', "The card details differ from the bank's.", true],
    ['noReason', 'The bank gave no reason; the cardholder can ask.', true],
    ['bankDown', 'The bank did not answer.', true],
    ['stolen', 'The bank does not allow charges to this card.', false],
  ] as const)('a decline as %s is described in words, and without a code', async (card, why, canTryAgain) => {
    const { accountId, page } = await open({ card })
    const { dialog, pay } = await openAddCredit(page)
    await pay.click()
    await dialog.getByText('€25.00 was declined.').waitFor()
    await dialog.getByText(why).waitFor()
    await dialog.getByText('No payment was taken; your bank may show a pending amount for a few days.').waitFor()
    expect(await dialog.getByRole('radio', { name: '€25.00' }).isChecked()).toBe(true)
    await dialog.getByRole('button', { name: 'Use another card' }).waitFor()
    await dialog.getByRole('button', { name: 'Try again' }).waitFor({ state: canTryAgain ? 'visible' : 'detached' })
    expect(await page.content()).not.toMatch(
      /insufficient_funds|velocity|expired_card|incorrect_cvc|generic|processing_error|stolen|card_declined/,
    )
    if (card === 'stolen') expect(await findGrave(page)).toEqual([])
    expect(await pages.charges(accountId)).toBe(0)
  })

  it('an approval goes to the bank and back, and is one charge', async () => {
    const { accountId, page } = await open({ card: 'needsApproval' })
    const { pay } = await openAddCredit(page)
    await pay.click()
    await page.waitForURL('**/sandbox/bank/**')
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.waitForURL('**/billing/**')
    await page.locator('#balance', { hasText: '€26.00' }).waitFor()
    expect(await pages.charges(accountId)).toBe(1)
    // The balance may arrive first.
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('a first card comes from the provider’s page, with the input kept', async () => {
    const { accountId, page } = await open({ card: null })
    const { dialog } = await openAddCredit(page)
    await dialog.getByRole('button', { name: 'Add payment method' }).click()
    await page.waitForURL('**/sandbox/cards/**')
    await page.getByLabel('Test card number').fill('4242 4242 4242 4242')
    await page.getByLabel('Expiry, month and year').fill('12/40')
    await page.getByRole('button', { name: 'Save card' }).click()
    await page.waitForURL('**/billing/**')
    await page.getByText('Visa 4242 saved').first().waitFor()
    const again = page.getByRole('dialog', { name: 'Add credit' })
    await again.getByRole('button', { name: 'Pay €25.00' }).click()
    await again.waitFor({ state: 'hidden' })
    expect(await pages.charges(accountId)).toBe(1)
  })

  it('nothing changes if the provider’s page is left', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Change payment method' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL('**/sandbox/cards/**')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL('**/billing/**')
    await page.getByText('Nothing changed').first().waitFor()
  })

  it('a card is removed after a confirmation', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Remove payment method' }).click()
    const dialog = page.getByRole('dialog', { name: 'Remove Visa 4242?' })
    expect(await findGrave(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('Visa 4242 removed').first().waitFor()
    await page.getByText('None saved').waitFor()
  })

  it('setting up while below the threshold shows the amounts on the button, and stores the consent as it was shown', async () => {
    const { accountId, page } = await open({ balanceMicros: -30_000_000n })
    await page.getByRole('button', { name: 'Set up auto top-up' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Set up auto top-up' })
    const box = dialog.getByRole('checkbox')
    await dialog.getByText('2 charges of €25.00 now, €50.00 in all.').waitFor()
    expect(await box.isChecked()).toBe(false)
    const button = dialog.getByRole('button', { name: 'Set up and pay €50.00' })
    await button.click()
    await dialog.getByRole('link', { name: 'Tick the box to allow these charges' }).waitFor()
    expect(await pages.charges(accountId)).toBe(0)
    await dialog.getByLabel('At most a month (EUR, optional)').fill('100')
    await box.check()
    expect(await findGrave(page)).toEqual([])
    await button.click()
    await dialog.waitFor({ state: 'hidden' })
    await until('both are charged', async () => (await pages.charges(accountId)) === 2)
    const { rows } = await api.pool.query(
      `select person, attested_by, text, text_version, locale, threshold_micros, amount_micros, monthly_cap_micros
         from tollgate.consents where account_id = $1`,
      [accountId],
    )
    expect(rows).toEqual([
      {
        person: 'ann',
        attested_by: null,
        text: `I allow ${TEST_PORTAL.seller} to charge Visa 4242 €25.00 whenever credit falls below €10.00, without asking each time, at most 5 times in 24 hours and €100.00 a month. I can stop this here at any time; a charge already started completes.`,
        text_version: 'page-1',
        locale: 'en-US',
        threshold_micros: 10_000_000n,
        amount_micros: 25_000_000n,
        monthly_cap_micros: 100_000_000n,
      },
    ])
  })

  describe('another person’s change is listed, with that person, and loaded', () => {
    /** Of automatic top-up that is on below €25.00. */
    async function openAuto() {
      const { accountId, page } = await open({ balanceMicros: 90_000_000n })
      const methodId = await savedMethodOf(accountId)
      await api.save(accountId, { thresholdMicros: 25_000_000n }, methodId)
      const session = await api.session(accountId, 'admin', 'ana', { name: 'Ana' })
      const save = async (figures: object) => {
        const settings = (await api.ask('GET', `/v1/accounts/${accountId}/auto-top-up`, { session })).body.settings
        const body = { ...settings, ...figures, consent: null }
        const headers = { 'if-match': '*' }
        const saved = await api.ask('PUT', `/v1/accounts/${accountId}/auto-top-up`, { session, body, headers })
        expect(saved.status).toBe(200)
      }
      await page.reload()
      return { accountId, page, save }
    }

    async function savedMethodOf(accountId: string): Promise<string> {
      const { rows } = await api.pool.query('select method_id from tollgate.payment_methods where account_id = $1', [
        accountId,
      ])
      return rows[0].method_id
    }

    it('in the form of automatic top-up', async () => {
      const { page, save } = await openAuto()
      await page.getByRole('button', { name: 'Edit auto top-up' }).click()
      const dialog = page.getByRole('dialog', { name: 'Edit auto top-up' })
      const threshold = dialog.getByLabel('When credit falls below (EUR)')
      await threshold.fill('24')
      await save({ threshold: '20.00', amount: '15.00' })
      await dialog.getByRole('button', { name: 'Save' }).click()
      const said = dialog.getByText('Ana changed this at')
      await said.waitFor()
      expect(await said.textContent()).toMatch(/: threshold €25\.00 →\s€20\.00; amount €20\.00 →\s€15\.00\.$/)
      expect(await findGrave(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Load current' }).click()
      await expect.poll(() => threshold.inputValue()).toBe('20.00')
    })

    it('when it is turned off', async () => {
      const { accountId, page, save } = await openAuto()
      await page.getByRole('button', { name: 'Turn off auto top-up' }).click()
      const dialog = page.getByRole('dialog', { name: 'Turn off auto top-up?' })
      await dialog.waitFor()
      await save({ threshold: '20.00' })
      await dialog.getByRole('button', { name: 'Turn off' }).click()
      const said = dialog.getByText('Ana changed this at')
      await said.waitFor()
      expect(await said.textContent()).toMatch(/: threshold €25\.00 →\s€20\.00\.$/)
      expect(await findGrave(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Load current' }).click()
      await said.waitFor({ state: 'detached' })
      await dialog.getByRole('button', { name: 'Turn off' }).click()
      await dialog.waitFor({ state: 'detached' })
      const { body } = await api.ask('GET', `/v1/accounts/${accountId}/auto-top-up`, { token: await api.key(['read']) })
      expect(body.settings).toMatchObject({ is_on: false, threshold: '20.000000' })
    })

    it('when another person has already turned it off', async () => {
      const { page, save } = await openAuto()
      await page.getByRole('button', { name: 'Turn off auto top-up' }).click()
      const dialog = page.getByRole('dialog', { name: 'Turn off auto top-up?' })
      await dialog.waitFor()
      await save({ is_on: false })
      await dialog.getByRole('button', { name: 'Turn off' }).click()
      const said = dialog.getByText('Ana changed this at')
      await said.waitFor()
      expect(await said.textContent()).toMatch(/: turned off\.$/)
      await dialog.getByRole('button', { name: 'Load current' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByText('Off. Nothing is charged unless somebody adds credit.').waitFor()
      await untilInPage(page, `document.activeElement.textContent.includes('Off. Nothing is charged')`)
    })

    it('in the form of alerts', async () => {
      const { accountId, page } = await open({ balanceMicros: 90_000_000n })
      const session = await api.session(accountId, 'admin', 'ana', { name: 'Ana' })
      await page.getByRole('button', { name: 'Edit alerts' }).click()
      const dialog = page.getByRole('dialog', { name: 'Edit alerts' })
      const field = dialog.getByRole('textbox')
      await field.fill('12.50')
      const set = await api.ask('PUT', `/v1/accounts/${accountId}/alert-levels`, {
        session,
        body: { low: '15.00', custom: '20.00' },
        headers: { 'if-match': '*' },
      })
      expect(set.status).toBe(200)
      await dialog.getByRole('button', { name: 'Save' }).click()
      const said = dialog.getByText('Ana changed this at')
      await said.waitFor()
      expect(await said.textContent()).toMatch(/: your own level none →\s€20\.00; low level €10\.00 →\s€15\.00\.$/)
      expect(await findGrave(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Load current' }).click()
      await said.waitFor({ state: 'detached' })
      await expect.poll(() => field.inputValue()).toBe('20.00')
    })
  })

  it('a member has no controls', async () => {
    const { page } = await open({ role: 'member' })
    await page.getByText('Only admins can change this').waitFor()
    await page.getByText('€1.00').first().waitFor()
    for (const name of ['Add credit', 'Set up auto top-up', 'Change payment method', 'Remove payment method']) {
      expect(await page.getByRole('button', { name }).count(), name).toBe(0)
    }
  })
})
