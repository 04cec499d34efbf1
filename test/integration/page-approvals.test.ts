/**
 * Payments that take their time on the built page: approved at the bank, in two tabs, too late, processed, paused and resumed.
 */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { SHORTLY_MICROS } from '../../src/payments/providers/sandbox/cards.ts'
import { saveCard } from '../../testkit/auto-top-up.ts'
import { until } from '../../testkit/until.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { browserFor } from '../support/found-browser.ts'
import { untilInPage } from '../support/until-in-page.ts'

const SEPA = 'AT611904300234573201'
const SHORTLY_HOURS = SHORTLY_MICROS / 3_600_000_000

const browserFound = await browserFor('approvals')

describe.skipIf(browserFound === null)('on the page', () => {
  let pages: BillingPages

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!)
  })

  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  const balance = (page: Page, amount: string) => page.locator('#balance', { hasText: amount })

  /** Adds €25.00, up to the bank's page. */
  async function payToTheBank(): Promise<{ accountId: string; page: Page }> {
    const accountId = await pages.account(1_000_000n)
    await pages.api.addCard(accountId, 'needsApproval')
    const page = await pages.open(accountId)
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add credit' })
    await dialog.getByRole('radio', { name: '€25.00' }).check()
    await dialog.getByRole('button', { name: 'Pay €25.00' }).click()
    await page.waitForURL('**/sandbox/bank/**')
    return { accountId, page }
  }

  async function settle(): Promise<void> {
    await pages.withoutWorker(async () => {
      await pages.api.tend()
      await pages.api.settle()
    })
  }

  describe('a payment to approve', () => {
    it('in two tabs is one charge, and both show the outcome', async () => {
      const { accountId, page } = await payToTheBank()
      const tab = await pages.openTab(page, accountId)
      await tab.getByRole('button', { name: 'Approve payment' }).click()
      await tab.waitForURL('**/sandbox/bank/**')
      await tab.getByRole('button', { name: 'Approve' }).click()
      await tab.waitForURL('**/billing/**')
      await balance(tab, '€26.00').waitFor()
      // The first tab still shows the bank's page as it was.
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.goto(`${pages.api.url}/billing/${accountId}`)
      for (const one of [page, tab]) {
        await balance(one, '€26.00').waitFor()
        await one.getByText('€25.00 added.').first().waitFor()
        await one.getByRole('dialog').waitFor({ state: 'detached' })
        await expect.poll(() => one.getByRole('button', { name: 'Approve payment' }).count()).toBe(0)
      }
      expect(await pages.charges(accountId)).toBe(1)
    })

    it('that is not approved within a day is canceled, and was declined', async () => {
      const { accountId, page } = await payToTheBank()
      await pages.withoutWorker(() => pages.api.pass(25))
      await settle()
      await page.goto(`${pages.api.url}/billing/${accountId}`)
      const dialog = page.getByRole('dialog', { name: 'Add credit' })
      await dialog.getByText('€25.00 was declined.').waitFor()
      await dialog.getByText('It was not approved in time.').waitFor()
      await dialog.getByText(/^No payment was taken/).waitFor()
      await dialog.getByRole('button', { name: 'Cancel' }).click()
      await balance(page, '€1.00').waitFor()
      await expect.poll(() => page.getByRole('button', { name: 'Approve payment' }).count()).toBe(0)
      await page.getByRole('tab', { name: 'Payments' }).click()
      await page.getByRole('tabpanel').getByText('It was not approved in time.').first().waitFor()
      const [payment] = await pages.api.provider.desk.listPayments(accountId, { after: null, limit: 2 })
      expect(payment!.state).toBe('canceled')
      expect(await pages.charges(accountId)).toBe(0)
      await untilInPage(page, 'sessionStorage.length === 0')
    })
  })

  describe('automatic top-up', () => {
    it('that needs approval is approved from its notice, and charged once', async () => {
      const accountId = await pages.account(50_000_000n)
      await pages.api.save(accountId, {}, await pages.api.addCard(accountId, 'needsApproval'))
      const page = await pages.open(accountId)
      await pages.use(accountId, 45_000_000n)
      const banner = page.locator('.banner', { hasText: /Approve €20\.00 with your bank by .+, or it is canceled/ })
      await banner.waitFor()
      await page.getByText('Needs approval').first().waitFor()
      await banner.getByRole('button', { name: 'Approve payment' }).click()
      await page.waitForURL('**/sandbox/bank/**')
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.waitForURL('**/billing/**')
      await balance(page, '€25.00').waitFor()
      await page.getByText('€20.00 added.').first().waitFor()
      await banner.waitFor({ state: 'detached' })
      expect(await pages.charges(accountId)).toBe(1)
    })

    it('paused by declines is resumed with consent, and charges at once', async () => {
      const accountId = await pages.account(50_000_000n)
      await pages.api.save(accountId, {}, await pages.api.addCard(accountId, 'noFunds'))
      await pages.use(accountId, 45_000_000n)
      for (const hours of [2, 30]) {
        await settle()
        await pages.withoutWorker(() => pages.api.pass(hours))
      }
      await settle()
      const page = await pages.open(accountId)
      const banner = page.locator('.banner', { hasText: 'Auto top-up is paused.' })
      await banner.getByText("The card's funds or limit do not cover it.").waitFor()
      const before = await consentsOf(accountId)
      await banner.getByRole('button', { name: 'Resume' }).click()
      const dialog = page.getByRole('dialog', { name: 'Resume auto top-up' })
      const button = dialog.getByRole('button', { name: 'Resume and pay €20.00' })
      await button.waitFor()
      const box = dialog.getByRole('checkbox')
      expect(await box.isChecked()).toBe(false)
      await button.click()
      await dialog.getByRole('link', { name: 'Tick the box to allow these charges' }).waitFor()
      await box.check()
      await button.click()
      await dialog.waitFor({ state: 'detached' })
      await banner.waitFor({ state: 'detached' })
      expect(await consentsOf(accountId)).toBe(before + 1)
      // It is charged again, and this card is declined again: the first of three.
      await page.getByText('€20.00 was declined.').first().waitFor()
    })

    it('paused by a stolen card accepts another card', async () => {
      const accountId = await pages.account(50_000_000n)
      await pages.api.save(accountId, {}, await pages.api.addCard(accountId, 'stolen'))
      await pages.use(accountId, 45_000_000n)
      const page = await pages.open(accountId)
      const banner = page.locator('.banner', { hasText: 'Auto top-up is paused.' })
      await banner.getByText(/The bank does not allow charges to this card\./).waitFor()
      await banner.getByRole('button', { name: 'Resume' }).click()
      const dialog = page.getByRole('dialog', { name: 'Resume auto top-up' })
      await dialog.getByText(/^Choose another card:/).waitFor()
      await expect.poll(() => dialog.getByRole('button', { name: /^Resume/ }).count()).toBe(0)
      await dialog.getByRole('button', { name: 'Choose another card' }).click()
      const method = page.getByRole('dialog', { name: 'Change payment method' })
      await method.getByRole('checkbox').check()
      await method.getByRole('button', { name: 'Continue' }).click()
      await page.waitForURL('**/sandbox/cards/**')
      await page.getByLabel('Test card number').fill('4242 4242 4242 4242')
      await page.getByLabel('Expiry, month and year').fill('12/40')
      await page.getByRole('button', { name: 'Save card' }).click()
      await page.waitForURL('**/billing/**')
      await page.getByText('Visa 4242 saved').first().waitFor()
      // On again: only a person can end the pause after a hard decline.
      const button = dialog.getByRole('button', { name: 'Resume and pay €20.00' })
      await button.waitFor()
      await dialog.getByRole('checkbox').check()
      await button.click()
      await dialog.waitFor({ state: 'detached' })
      await balance(page, '€25.00').waitFor()
      await banner.waitFor({ state: 'detached' })
      expect(await pages.charges(accountId)).toBe(1)
    })
  })

  it('a slow payment says so, and becomes credit once it is confirmed', async () => {
    const accountId = await pages.account(1_000_000n)
    await saveCard(pages.api, pages.api.provider.desk, { accountId, number: SEPA, consent: () => null, actor: 'ann' })
    const page = await pages.open(accountId)
    await page.getByRole('button', { name: 'Add credit' }).first().click()
    const dialog = page.getByRole('dialog', { name: 'Add credit' })
    await dialog.getByRole('radio', { name: '€25.00' }).check()
    await dialog.getByRole('button', { name: 'Pay €25.00' }).click()
    await dialog.getByText('€25.00 is being processed.').waitFor()
    // It succeeds after half a minute of the sandbox, also on a machine that is slow to look at this.
    await pages.withoutWorker(async () => {
      await dialog.getByRole('button', { name: 'Close' }).last().click()
      await page.locator('.page').getByText('€25.00 is being processed.').waitFor()
      await balance(page, '€1.00').waitFor()
      await pages.api.pass(SHORTLY_HOURS)
    })
    await until('it is charged', async () => (await pages.charges(accountId)) === 1)
    await settle()
    await balance(page, '€26.00').waitFor()
    await page.getByText('€25.00 added.').first().waitFor()
    await page.locator('.banner, .inline-notice', { hasText: 'is being processed' }).waitFor({ state: 'detached' })
  })

  async function consentsOf(accountId: string): Promise<number> {
    const { rows } = await pages.api.pool.query<{ count: number }>(
      'select count(*)::integer as count from tollgate.consents where account_id = $1',
      [accountId],
    )
    return rows[0]!.count
  }
})
