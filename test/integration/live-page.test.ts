/** The billing page while somebody looks at it, on the real API in a real browser: it moves by itself, and changes settings. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPage, isPageBuilt } from '../../scripts/page.mjs'
import { readPageFiles } from '../../src/api/pages/page-files.ts'
import { launchBrowser } from '../../stack/browser.ts'
import { until } from '../../testkit/until.ts'
import { openTestApi, type TestApi } from '../support/api.ts'
import { testAccount } from '../support/catalog.ts'
import { componentEnvironment } from '../support/components.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply } from '../support/ledger.ts'
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const LIVE_TIMES = { lookEveryMs: 100, credentialsEveryMs: 200, noticesEveryMs: 400, readAtLeastEveryMs: 400 }
const ENDED = 'Your session has ended. Open Billing again from Harbor Cloud.'

const browserFound = await browserFor('the live page')

describe.skipIf(browserFound === null)('the page', () => {
  let api: TestApi
  let redis: TcpProxy
  let browser: Browser
  let contexts: BrowserContext[] = []
  let made = 0

  beforeAll(async () => {
    if (!isPageBuilt()) await buildPage(process.execPath)
    redis = await startTcpProxy((await componentEnvironment(['redis'])).TOLLGATE_REDIS_URL!)
    api = await openTestApi({ page: readPageFiles()!, liveTimes: LIVE_TIMES, redisUrl: redis.url })
    browser = await launchBrowser(browserFound!)
  })

  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()))
    contexts = []
  })

  afterAll(async () => {
    await browser?.close()
    await api?.close()
    await redis?.close()
  })

  async function account(creditMicros: bigint): Promise<string> {
    made++
    const accountId = `acme-${made}`
    const contacts = ['ann', 'ben'].map((id) => ({
      id,
      role: 'admin' as const,
      email: `${id}@acme.example`,
      locale: 'en-US',
    }))
    await apply(api, [testAccount({ accountId, contacts })])
    await adjust(api, accountId, creditMicros)
    return accountId
  }

  async function open(accountId: string, cookie: string, prepare?: (page: Page) => Promise<void>): Promise<Page> {
    const context = await browser.newContext()
    contexts.push(context)
    const [name, value] = cookie.split('=') as [string, string]
    await context.addCookies([{ name, value, url: api.url }])
    const page = await context.newPage()
    await prepare?.(page)
    await page.goto(`${api.url}/billing/${accountId}`)
    await page.locator('.balance-figure').waitFor()
    return page
  }

  const openAs = async (accountId: string, person: string, prepare?: (page: Page) => Promise<void>) =>
    open(accountId, await api.session(accountId, 'admin', person), prepare)
  const figure = (page: Page, amount: string) => page.locator('.balance-figure', { hasText: amount })
  const pathOf = (accountId: string, part: string) => `/v1/accounts/${accountId}/${part}`

  it('follows the balance without being loaded again, says once that calls are blocked, and does so without Redis', async () => {
    const accountId = await account(25_000_000n)
    const page = await openAs(accountId, 'ann')
    await figure(page, '25.00').waitFor()
    await adjust(api, accountId, 5_000_000n)
    await figure(page, '30.00').waitFor()
    const alert = page.locator('[role=alert].visually-hidden')
    expect(await alert.textContent()).toBe('')
    redis.goAway()
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

  it('says of when it is where the stream stays away, and reads by itself', async () => {
    const accountId = await account(25_000_000n)
    let isAway = true
    const page = await openAs(accountId, 'ann', async (fresh) => {
      await fresh.clock.install()
      await fresh.route('**/live', (route) => (isAway ? route.abort() : route.continue()))
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

  it('dismisses a notice for one person alone, and shows it again where that failed', async () => {
    const accountId = await account(5_000_000n)
    const low = (page: Page) => page.getByText(/Credit is running low/)
    const [page, others] = [await openAs(accountId, 'ann'), await openAs(accountId, 'ben')]
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
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Credit')
    await page.reload()
    await figure(page, '5.00').waitFor()
    await page.getByText('No calls are blocked').waitFor()
    expect(await low(page).count()).toBe(0)
    await others.reload()
    await low(others).waitFor()
  })

  it('turns auto top-up off', async () => {
    const accountId = await account(25_000_000n)
    await api.save(accountId, {}, await api.addCard(accountId, 'good'))
    const page = await openAs(accountId, 'ann')
    await page.getByRole('button', { name: 'Turn off auto top-up' }).click()
    const dialog = page.getByRole('dialog', { name: 'Turn off auto top-up?' })
    await dialog.getByRole('button', { name: 'Turn off' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('Off. Nothing is charged unless somebody adds credit.').waitFor()
    expect(await page.evaluate('document.activeElement.textContent')).toContain('Off. Nothing is charged')
    const { body } = await api.ask('GET', pathOf(accountId, 'auto-top-up'), { token: await api.key(['read']) })
    expect(body.settings.is_on).toBe(false)
  })

  it('saves alerts, but not over what somebody else has saved meanwhile', async () => {
    const accountId = await account(25_000_000n)
    const page = await openAs(accountId, 'ann')
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

  it('keeps what was entered when the session ends, and says where to go', async () => {
    const accountId = await account(25_000_000n)
    const session = await api.session(accountId, 'admin', 'ann')
    const page = await open(accountId, session)
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
