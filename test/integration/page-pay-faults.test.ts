/**
 * The payment dialogs on the built page when something is in the way: a payment that is still open, another person, the network, the
 * browser. Nobody is told what is not known, agrees to what they have not read, or is charged for what they do not wait for.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { browserFor } from '../support/found-browser.ts'
import { untilInPage } from '../support/until-in-page.ts'

const UNKNOWN = 'We do not know yet whether it went through.'

const browserFound = await browserFor('faults while paying')

describe.skipIf(browserFound === null)('on the page', () => {
  let pages: BillingPages
  let api: TestApi

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!)
    api = pages.api
  })

  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  /** An account with a good card, and the page of one of its admins. */
  async function open(balanceMicros = 1_000_000n) {
    const accountId = await pages.account(balanceMicros)
    const methodId = await api.addCard(accountId, 'good')
    return { accountId, methodId, page: await pages.open(accountId) }
  }

  const dialogOf = (page: Page, name: string) => page.getByRole('dialog', { name })

  it('another card pays while a payment waits for approval, which is then followed to its end', async () => {
    const { accountId, page } = await open()
    await api.addCard(accountId, 'needsApproval')
    await page.reload()
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = dialogOf(page, 'Add credit')
    await dialog.getByRole('radio', { name: '€25.00' }).check()
    await dialog.getByRole('radio', { name: /^Visa 3184/ }).check()
    await dialog.getByRole('button', { name: 'Pay €25.00' }).click()
    await page.waitForURL('**/sandbox/bank/**')
    const bankUrl = page.url()
    await page.goto(`${api.url}/billing/${accountId}`)
    await dialog.getByText('Your bank wants you to approve €25.00.').waitFor()
    await dialog.getByRole('button', { name: 'Pay with another card' }).click()
    await dialog.getByRole('radio', { name: /^Visa 4242/ }).check()
    // The first payment is looked at again, which must not take the form away.
    for (let looks = 0; looks < 2; looks += 1) await page.waitForResponse(/\/top-ups\/[^/]+$/)
    await dialog.getByRole('button', { name: 'Pay €25.00' }).click()
    await dialog.waitFor({ state: 'hidden' })
    await page.locator('#balance', { hasText: '€26.00' }).waitFor()
    const tab = await page.context().newPage()
    await tab.goto(bankUrl)
    await tab.getByRole('button', { name: 'Approve' }).click()
    await page.locator('#balance', { hasText: '€51.00' }).waitFor()
    // Otherwise its key would be taken for the next payment of this amount.
    await untilInPage(page, 'sessionStorage.length === 0')
    expect(await pages.charges(accountId)).toBe(2)
  })

  it('a tick is for the text that was read: with other figures it is gone', async () => {
    const { accountId, methodId, page } = await open(90_000_000n)
    await api.save(accountId, { thresholdMicros: 25_000_000n }, methodId)
    await page.reload()
    await page.getByRole('button', { name: 'Change payment method' }).click()
    const dialog = dialogOf(page, 'Change payment method')
    await dialog.getByText(/whenever credit falls below €25\.00/).waitFor()
    await dialog.getByRole('checkbox').check()
    await api.save(accountId, { thresholdMicros: 40_000_000n }, methodId)
    await dialog.getByText(/whenever credit falls below €40\.00/).waitFor()
    expect(await dialog.getByRole('checkbox').isChecked()).toBe(false)
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await dialog.getByText('Tick the box to allow these charges').waitFor()
  })

  describe('saving auto top-up whose charges cannot be quoted', () => {
    async function edit() {
      const { accountId, methodId, page } = await open(90_000_000n)
      await api.save(accountId, { thresholdMicros: 25_000_000n }, methodId)
      await page.reload()
      await page.getByRole('button', { name: 'Edit auto top-up' }).click()
      const dialog = dialogOf(page, 'Edit auto top-up')
      await dialog.getByLabel('When credit falls below (EUR)').waitFor()
      return { accountId, page, dialog, save: dialog.getByRole('button', { name: 'Save' }) }
    }

    it('says so, and saves once they can', async () => {
      const { page, dialog, save } = await edit()
      await page.route('**/auto-top-up-quote?*', (route) => route.abort())
      await dialog.getByLabel('When credit falls below (EUR)').fill('24')
      await save.click()
      await dialog.getByText('This could not be done. Nothing was charged.').waitFor()
      await page.unroute('**/auto-top-up-quote?*')
      await save.click()
      await dialog.waitFor({ state: 'detached' })
    })

    it('says that the session has ended, and that nothing was charged', async () => {
      const { page, dialog, save } = await edit()
      await page.context().clearCookies()
      await dialog.getByLabel('When credit falls below (EUR)').fill('24')
      await save.click()
      await dialog
        .getByText('Your session has ended. Open Billing again from Harbor Cloud. Nothing was charged.')
        .waitFor()
      expect(await dialog.getByLabel('When credit falls below (EUR)').inputValue()).toBe('24')
    })
  })

  it('a visit to the provider whose result cannot be read is not said to have changed nothing', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'Change payment method' }).click()
    await dialogOf(page, 'Change payment method').getByRole('button', { name: 'Continue' }).click()
    await page.waitForURL('**/sandbox/cards/**')
    await page.route('**/payment-method-setups/*', (route) => route.abort())
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.waitForURL('**/billing/**')
    await page.locator('.banner', { hasText: UNKNOWN }).waitFor()
    expect(await page.getByText('Nothing changed').count()).toBe(0)
  })

  it('the card that is removed is the one that was asked about, even if another becomes the default', async () => {
    const { accountId, page } = await open(90_000_000n)
    await page.getByRole('button', { name: 'Remove payment method' }).click()
    const dialog = dialogOf(page, 'Remove Visa 4242?')
    await dialog.waitFor()
    await api.save(accountId, {}, await api.addCard(accountId, 'noFunds'))
    await page.locator('.settings-row', { hasText: /Visa 9995/ }).waitFor()
    await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.locator('.banner', { hasText: 'Visa 4242 removed' }).waitFor()
    await page.locator('.settings-row', { hasText: /Visa 9995/ }).waitFor()
  })

  it('a card whose removal was not answered is not said to be still there', async () => {
    const { page } = await open()
    await page.route('**/payment-methods/*', async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    })
    await page.getByRole('button', { name: 'Remove payment method' }).click()
    await dialogOf(page, 'Remove Visa 4242?').getByRole('button', { name: 'Remove', exact: true }).click()
    await page.locator('.banner', { hasText: UNKNOWN }).waitFor()
    await page.getByText('None saved').waitFor()
  })

  it('an amount has the account’s currency, even if the settings do not load', async () => {
    const accountId = await pages.account(1_000_000n, { tariff: 'bare-usd', currency: 'USD' })
    const page = await pages.open(accountId, {
      prepare: (fresh) => fresh.route('**/auto-top-up', (route) => route.abort()),
    })
    await page.locator('#balance', { hasText: '$1.00' }).waitFor()
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = dialogOf(page, 'Add credit')
    await dialog.getByRole('radio', { name: 'Another amount' }).check()
    await dialog.getByLabel('Amount (USD)').fill('1')
    await dialog.getByLabel('Amount (USD)').blur()
    await dialog.getByText('Enter $5.00 or more').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    // What the payment method would be charged for is not known, which is said too.
    await page.getByRole('button', { name: 'Add payment method' }).first().click()
    await dialogOf(page, 'Auto top-up').getByText('Auto top-up could not be loaded.').waitFor()
  })

  it('a notice has the account’s currency, even if nothing else has loaded', async () => {
    const accountId = await pages.account(-3_416_200n, { tariff: 'bare-usd', currency: 'USD' })
    const page = await pages.open(accountId, {
      prepare: (fresh) => fresh.route(/\/(balance|auto-top-up|usage-forecast|live)$/, (route) => route.abort()),
    })
    await page.locator('.banner', { hasText: 'Add more than $3.42 to unblock calls.' }).waitFor()
  })

  it('a browser that denies storage pays too, once', async () => {
    const accountId = await pages.account(1_000_000n)
    await api.addCard(accountId, 'good')
    const page = await pages.open(accountId, {
      prepare: (fresh) =>
        fresh.addInitScript(`Object.defineProperty(window, 'sessionStorage', {
          get() { throw new DOMException('denied', 'SecurityError') },
        })`),
    })
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = dialogOf(page, 'Add credit')
    await dialog.getByRole('radio', { name: '€25.00' }).check()
    await dialog.getByRole('button', { name: 'Pay €25.00' }).dblclick()
    await dialog.waitFor({ state: 'hidden' })
    await page.locator('#balance', { hasText: '€26.00' }).waitFor()
    expect(await pages.charges(accountId)).toBe(1)
  })
})
