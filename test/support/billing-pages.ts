/** The built billing page on the real API, for browser tests: accounts, their people, and a worker that advances payments. */
import { randomUUID } from 'node:crypto'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { buildPage, isPageBuilt } from '../../scripts/page.mjs'
import { readPageFiles } from '../../src/api/pages/page-files.ts'
import type { AccountSettings } from '../../src/core/settings/settings.ts'
import { type FoundBrowser, launchBrowser } from '../../stack/browser.ts'
import { until } from '../../testkit/until.ts'
import { openTestApi, type TestApi, type TestApiOptions } from './api.ts'
import { testAccount, usageFields } from './catalog.ts'
import { adjust, apply, recordUsage } from './ledger.ts'

/**
 * The page waits this long for all parts of its first view (web/src/billing.tsx). Then it shows those that it has, and the
 * others move them. A busy machine may need longer, and tests want the whole view.
 */
const WAITS_FOR_ALL_MS = 3_000
const PATIENT = `(() => {
  const wait = window.setTimeout
  window.setTimeout = (work, ms, ...values) => wait(work, ms === ${WAITS_FOR_ALL_MS} ? 60_000 : ms, ...values)
})()`
const WORKER_REST_MS = 50
/** The price of one number lookup. */
const LOOKUP_MICROS = 4_000n
/** Events reach the page as fast as in production, and notices faster than a test would wait for. */
const LIVE_TIMES = { lookEveryMs: 100, noticesEveryMs: 400, readAtLeastEveryMs: 1_000 }

export interface BillingPagesOptions extends Pick<TestApiOptions, 'portal' | 'redisUrl' | 'liveTimes'> {
  /** Whether a worker advances payments; tests without payments are faster without it. */
  readonly arePaymentsMade?: boolean
}

export interface PageOptions {
  readonly role?: 'admin' | 'member'
  readonly person?: string
  readonly locale?: string
  /** An existing session, instead of a new one for the person. */
  readonly session?: string
  /** With its question mark. */
  readonly query?: string | undefined
  readonly browser?: BrowserContextOptions
  /** Before the page is opened. */
  readonly prepare?: ((page: Page) => Promise<unknown>) | undefined
}

export interface BillingPages {
  readonly api: TestApi
  /** An account of two admins, with credit if given. */
  account(credit: bigint | null, settings?: Partial<AccountSettings>): Promise<string>
  /** Usage of an amount that is a multiple of 0.004. */
  use(accountId: string, micros: bigint): Promise<void>
  /** The open page, in a separate browser context. */
  open(accountId: string, options?: PageOptions): Promise<Page>
  /** The same, once it has taken the first events of its stream, which are no news to it. */
  openLive(accountId: string, options?: PageOptions): Promise<Page>
  /** Another tab beside an open page. */
  openTab(page: Page, accountId: string, query?: string): Promise<Page>
  charges(accountId: string): Promise<number>
  /** Without the worker, for steps that must run in order. */
  withoutWorker<Result>(work: () => Promise<Result>): Promise<Result>
  /** Call it after each test: an open page keeps following its account. */
  closePages(): Promise<void>
  close(): Promise<void>
}

export async function openBillingPages(
  found: FoundBrowser,
  { arePaymentsMade = true, liveTimes = LIVE_TIMES, ...apiOptions }: BillingPagesOptions = {},
): Promise<BillingPages> {
  if (!isPageBuilt()) await buildPage(process.execPath)
  const api = await openTestApi({ ...apiOptions, page: readPageFiles()!, liveTimes })
  const browser: Browser = await launchBrowser(found)
  let contexts: BrowserContext[] = []
  let accounts = 0
  let isStopped = false
  let pauses = 0
  let turn = Promise.resolve()
  const worker = arePaymentsMade ? work() : Promise.resolve()

  return {
    api,
    async account(credit, settings = {}) {
      const accountId = `account-${++accounts}`
      const contacts = ['ann', 'ben'].map((id) => ({
        id,
        role: 'admin' as const,
        email: `${id}@acme.example`,
        locale: 'en-US',
      }))
      await apply(api, [testAccount({ accountId, contacts, ...settings })])
      if (credit !== null) await adjust(api, accountId, credit)
      return accountId
    },
    async use(accountId, micros) {
      const quantity = Number(micros / LOOKUP_MICROS)
      const what = { type: 'other', sku: 'number-lookup', quantity, event_id: randomUUID(), account_id: accountId }
      await recordUsage(api, usageFields(what))
    },
    open,
    async openLive(accountId, options = {}) {
      let reads = 0
      const page = await open(accountId, {
        ...options,
        prepare: async (fresh) => {
          fresh.on('request', (request) => {
            if (request.method() === 'GET' && request.url().endsWith('/alert-levels')) reads += 1
          })
          await options.prepare?.(fresh)
        },
      })
      await until('the first events have made it read the settings again', () => reads > 1)
      return page
    },
    openTab: (page, accountId, query) => show(page.context(), accountId, { query }),
    charges: async (accountId) => (await api.charges(accountId)).length,
    async withoutWorker(work) {
      pauses += 1
      await turn
      try {
        return await work()
      } finally {
        pauses -= 1
      }
    },
    async closePages() {
      await Promise.all(contexts.map((context) => context.close()))
      contexts = []
    },
    async close() {
      isStopped = true
      await worker
      await browser.close()
      await api.close()
    },
  }

  async function open(
    accountId: string,
    { browser: options, prepare, query, ...asked }: PageOptions = {},
  ): Promise<Page> {
    const context = await browser.newContext(options)
    contexts.push(context)
    const [name, value] = (await sessionOf(accountId, asked)).split('=') as [string, string]
    await context.addCookies([{ name, value, url: api.url }])
    return await show(context, accountId, { query, prepare })
  }

  async function work(): Promise<void> {
    while (!isStopped) {
      if (pauses === 0) {
        turn = api.settle()
        await turn
      }
      await new Promise((resolve) => setTimeout(resolve, WORKER_REST_MS))
    }
  }

  async function sessionOf(
    accountId: string,
    { session, role = 'admin', person = 'ann', locale = 'en-US' }: PageOptions,
  ): Promise<string> {
    return session ?? (await api.session(accountId, role, person, { locale }))
  }

  async function show(
    context: BrowserContext,
    accountId: string,
    { query = '', prepare }: Pick<PageOptions, 'query' | 'prepare'>,
  ): Promise<Page> {
    const page = await context.newPage()
    await prepare?.(page)
    // Last, as a clock that a test installs has a `setTimeout` of its own.
    await page.addInitScript(PATIENT)
    await page.goto(`${api.url}/billing/${accountId}${query}`)
    // Not by role, as an open dialog hides it from role queries.
    await page.locator('.balance-figure').waitFor()
    return page
  }
}
