/** The open billing page, on the real API in a real browser: it updates without a reload, and changes settings. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../testkit/until.ts'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { componentEnvironment } from '../support/components.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust } from '../support/ledger.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'
import { untilFocusIsOn, untilInPage } from '../support/until-in-page.ts'

const LIVE_TIMES = { lookEveryMs: 100, credentialsEveryMs: 200, noticesEveryMs: 400, readAtLeastEveryMs: 400 }
const ENDED = 'Your session has ended. Open Billing again from Harbor Cloud.'

const browserFound = await browserFor('the live page')

describe.skipIf(browserFound === null)('the page', () => {
  let pages: BillingPages
  let api: TestApi
  let redis: TcpProxy

  beforeAll(async () => {
    redis = await startTcpProxy((await componentEnvironment(['redis'])).TOLLGATE_REDIS_URL!)
    pages = await openBillingPages(browserFound!, {
      arePaymentsMade: false,
      liveTimes: LIVE_TIMES,
      redisUrl: redis.url,
    })
    api = pages.api
  })

  afterEach(() => pages.closePages())

  afterAll(async () => {
    await pages?.close()
    await redis?.close()
  })

  const figure = (page: Page, amount: string) => page.locator('.balance-figure', { hasText: amount })
  const pathOf = (accountId: string, part: string) => `/v1/accounts/${accountId}/${part}`

  it('follows the balance without a reload, announces once that calls are blocked, and works without Redis', async () => {
    const accountId = await pages.account(25_000_000n)
    const page = await pages.open(accountId)
    await figure(page, '25.00').waitFor()
    await adjust(api, accountId, 5_000_000n)
    await figure(page, '30.00').waitFor()
    const alert = page.locator('[role=alert].visually-hidden')
    expect(await alert.textContent()).toBe('')
    redis.takeDown()
    try {
      await adjust(api, accountId, -31_000_000n)
      await figure(page, '1.00').waitFor()
      await page.getByText('Outbound and toll-free calls are blocked', { exact: true }).waitFor()
      await alert.filter({ hasText: 'Credit has run out.' }).waitFor({ state: 'attached' })
      const polite = page.locator('[role=status].visually-hidden')
      await polite.filter({ hasText: 'Outbound and toll-free calls are blocked.' }).waitFor({ state: 'attached' })
    } finally {
      redis.comeBack()
    }
  })

  it('shows its time while the stream is lost, and polls', async () => {
    const accountId = await pages.account(25_000_000n)
    let isAway = true
    const page = await pages.open(accountId, {
      prepare: async (fresh) => {
        await fresh.clock.install()
        await fresh.route('**/live', (route) => (isAway ? route.abort() : route.continue()))
      },
    })
    await page.locator('[role=status].visually-hidden').waitFor({ state: 'attached' })
    await page.clock.fastForward(11_000)
    await page.getByText(/^Reconnecting, as of \d/).waitFor()
    await adjust(api, accountId, 5_000_000n)
    await page.clock.fastForward(15_000)
    await figure(page, '30.00').waitFor()
    isAway = false
    await page.clock.fastForward(30_000)
    await page.getByText(/^Reconnecting/).waitFor({ state: 'detached' })
  })

  it('dismisses a notice for one person only, and shows it again if that failed', async () => {
    const accountId = await pages.account(5_000_000n)
    const low = (page: Page) => page.getByText(/Credit is running low/)
    const [page, others] = [await pages.open(accountId), await pages.open(accountId, { person: 'ben' })]
    const dismiss = page.getByRole('button', { name: /^Dismiss: Credit is running low/ })
    const answered = page.waitForResponse(/dismissals$/)
    await page.route('**/dismissals', (route) => route.fulfill({ status: 503, body: '' }), { times: 1 })
    await dismiss.click()
    await answered
    await low(page).waitFor()
    const noted = page.waitForResponse(/dismissals$/)
    await dismiss.click()
    expect((await noted).status()).toBe(200)
    await low(page).waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'Credit')
    await page.reload()
    await figure(page, '5.00').waitFor()
    await page.getByText('No calls are blocked').waitFor()
    expect(await low(page).count()).toBe(0)
    await others.reload()
    await low(others).waitFor()
  })

  it('turns auto top-up off', async () => {
    const accountId = await pages.account(25_000_000n)
    await api.save(accountId, {}, await api.addCard(accountId, 'good'))
    const page = await pages.open(accountId)
    await page.getByRole('button', { name: 'Turn off auto top-up' }).click()
    const dialog = page.getByRole('dialog', { name: 'Turn off auto top-up?' })
    await dialog.getByRole('button', { name: 'Turn off' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Off. Nothing is charged unless somebody adds credit.').waitFor()
    await untilInPage(page, `document.activeElement.textContent.includes('Off. Nothing is charged')`)
    const { body } = await api.ask('GET', pathOf(accountId, 'auto-top-up'), { token: await api.key(['read']) })
    expect(body.settings.is_on).toBe(false)
  })

  it('saves alerts, but does not overwrite another person’s change', async () => {
    const accountId = await pages.account(25_000_000n)
    const page = await pages.open(accountId)
    await page.getByRole('button', { name: 'Edit alerts' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit alerts' })
    const field = dialog.getByRole('textbox')
    await field.fill('12.50')
    const session = await api.session(accountId, 'admin', 'ben', { name: 'Ben Okafor' })
    const set = await api.ask('PUT', pathOf(accountId, 'alert-levels'), {
      session,
      headers: { 'if-match': '*' },
      body: { low: null, custom: '20.00' },
    })
    expect(set.status).toBe(200)
    await page
      .getByText(/20\.00/)
      .first()
      .waitFor()
    expect(await field.inputValue()).toBe('12.50')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog
      .getByText(/^Ben Okafor changed this at [\d:]+\s?[AP]?M?: your own level none →\s\S?20\.00\.$/)
      .waitFor()
    await dialog.getByRole('button', { name: 'Load current' }).click()
    await until('the form has what ben saved', async () => (await field.inputValue()).startsWith('20'))
    await field.fill('15')
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page
      .getByText(/15\.00/)
      .first()
      .waitFor()
    const { body } = await api.ask('GET', pathOf(accountId, 'alert-levels'), { session })
    expect(body.custom).toBe('15.000000')
  })

  it('keeps the input when the session ends, and says where to go', async () => {
    const accountId = await pages.account(25_000_000n)
    const session = await api.session(accountId, 'admin', 'ann')
    const page = await pages.open(accountId, { session })
    await page.getByRole('button', { name: 'Edit alerts' }).click()
    const dialog = page.getByRole('dialog', { name: 'Edit alerts' })
    await dialog.getByRole('textbox').fill('12.50')
    expect((await api.ask('DELETE', `/v1/portal-session?account_id=${accountId}`, { session })).status).toBe(204)
    await dialog.getByText('Your session has ended.').waitFor()
    await page.locator('.banner', { hasText: ENDED }).waitFor()
    await page.locator('[role=alert].visually-hidden', { hasText: ENDED }).waitFor({ state: 'attached' })
    await dialog.getByRole('button', { name: 'Save' }).click()
    await dialog.getByText('Your session has ended.').waitFor()
    expect(await dialog.getByRole('textbox').inputValue()).toBe('12.50')
  })
})
