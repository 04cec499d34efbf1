/** Movements on the built page, in a real browser on the real API: searches find what they should, and leave nothing in URLs. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { rollUp } from '../../src/reporting/roll-up.ts'
import { findGrave } from '../../testkit/axe.ts'
import { makeMovements } from '../../testkit/movements.ts'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { callFields, testAccount } from '../support/catalog.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply, recordUsage } from '../support/ledger.ts'
import { untilFocusIsOn, untilInPage } from '../support/until-in-page.ts'
import { withinOneDay } from '../support/within-one-day.ts'

const LIVE_TIMES = { lookEveryMs: 100, noticesEveryMs: 400, readAtLeastEveryMs: 400 }
/** The reader's zone: five hours from UTC, so that days are not the server's. */
const ZONE = 'America/New_York'
const MANY = 'many'
const MOVEMENTS = 3_000
const DAYS = 75

const browserFound = await browserFor('movements on the page')

describe.skipIf(browserFound === null)('movements', () => {
  let pages: BillingPages
  let api: TestApi
  let requests: string[] = []
  let errors: string[] = []
  let made = 0

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!, { arePaymentsMade: false, liveTimes: LIVE_TIMES })
    api = pages.api
    await apply(api, [testAccount({ accountId: MANY, packages: [] })])
    // So that there are some of this month at its beginning too.
    await withinOneDay(ZONE, 60_000)
    const to = new Date()
    const from = new Date(to.getTime() - DAYS * 86_400_000)
    await makeMovements(api.pool, { accountId: MANY, count: MOVEMENTS, from, to })
    while ((await rollUp(api.pool)).hasMore);
  })

  beforeEach(() => withinOneDay(ZONE, 20_000))
  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  async function account(...creditMicros: bigint[]): Promise<string> {
    const accountId = `looked-at-${++made}`
    await apply(api, [testAccount({ accountId, packages: [] })])
    for (const micros of creditMicros) await adjust(api, accountId, micros)
    return accountId
  }

  function open(accountId: string, query = '', prepare?: (page: Page) => Promise<void>): Promise<Page> {
    requests = []
    errors = []
    return pages.open(accountId, {
      query,
      browser: { timezoneId: ZONE, viewport: { width: 1280, height: 900 } },
      async prepare(page) {
        page.on('request', (request) => requests.push(request.url()))
        page.on('pageerror', (error) => errors.push(error.message))
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text())
        })
        await prepare?.(page)
      },
    })
  }

  const found = (page: Page) => page.locator('.toolbar-found > p').first()
  const said = (page: Page) => page.locator('.history [aria-live=polite]')
  const rows = (page: Page) => page.locator('.table tbody tr')
  const filters = (page: Page) => page.getByRole('button', { name: /^Filters/ })
  const chosen = (page: Page) => page.getByRole('list', { name: 'Chosen filters' }).getByRole('listitem')
  const searchField = (page: Page) => page.getByRole('searchbox', { name: 'Search movements' })
  const queryOf = (page: Page) => new URL(page.url()).search
  const having = (locator: Locator, text: string | RegExp) => locator.filter({ hasText: text }).first().waitFor()

  async function counted(condition: string): Promise<number> {
    const { rows: counts } = await api.pool.query<{ count: number }>(
      `select count(*)::integer as count
         from tollgate.movements m
         left join tollgate.rated_usage u on u.account_id = m.account_id and u.movement_sequence = m.sequence
        where m.account_id = $1 and (${condition})`,
      [MANY],
    )
    return counts[0]!.count
  }

  /** Of those with a name that the page offers, the heaviest user. */
  async function usedByName(): Promise<{ id: string; name: string }> {
    const from = new Date(Date.now() - 80 * 86_400_000).toISOString().slice(0, 10)
    const path = `/v1/accounts/${MANY}/usage?by=user&from=${from}`
    const { body } = await api.ask('GET', path, { session: await api.session(MANY, 'admin') })
    return body.items.find(({ name }: { name: string | null }) => name !== null && /^\S[^\r\n\t]*\S$/.test(name))
  }

  const written = (count: number) =>
    count > 1_000 ? 'More than 1,000 movements' : count === 1 ? '1 movement' : `${count} movements`
  const month = (back: number) =>
    `(date_trunc('month', now() at time zone '${ZONE}') - interval '${back} months') at time zone '${ZONE}'`

  it.each<[query: string, sql: string]>([
    ['', 'true'],
    ['?kind=sms', `u.channel = 'sms'`],
    ['?kind=mms&kind=top_up', `u.channel = 'mms' or m.kind = 'top_up'`],
    ['?kind=usage', `m.kind = 'usage'`],
    ['?kind=reversal', `m.kind = 'reversal'`],
    ['?direction=in', 'm.amount_micros > 0'],
    ['?kind=adjustment&direction=out', `m.kind = 'adjustment' and m.amount_micros < 0`],
    ['?period=this-month', `m.recorded_at >= ${month(0)}`],
    ['?period=last-month', `m.recorded_at >= ${month(1)} and m.recorded_at < ${month(0)}`],
    [
      '?period=7d',
      `m.recorded_at >= (date_trunc('day', now() at time zone '${ZONE}') - interval '6 days') at time zone '${ZONE}'`,
    ],
    ['?kind=fax&period=ever&direction=up', 'true'],
  ])('for the address %s are those that SQL finds', async (query, sql) => {
    const count = await counted(sql)
    expect(count).toBeGreaterThan(0)
    const page = await open(MANY, query)
    await having(found(page), written(count))
    expect(await found(page).textContent()).toBe(written(count))
    await expect.poll(() => rows(page).count()).toBe(Math.min(50, count))
    expect(await said(page).textContent()).toBe('')
    expect(errors).toEqual([])
  })

  it('of chosen days include the last one, in the reader’s zone', async () => {
    const day = (back: number) =>
      new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(Date.now() - back * 86_400_000)
    const [from, to] = [day(20), day(18)]
    const count = await counted(
      `m.recorded_at >= '${from}'::timestamp at time zone '${ZONE}' and m.recorded_at < ('${to}'::timestamp + interval '1 day') at time zone '${ZONE}'`,
    )
    const page = await open(MANY)
    await filters(page).click()
    await page.getByLabel('Recorded').selectOption('Own dates')
    await page.getByLabel('From', { exact: true }).fill(to)
    await page.getByLabel('To', { exact: true }).fill(from)
    await page.getByText(/^Choose an end on or after /).waitFor()
    await expect.poll(() => queryOf(page)).toBe(`?from=${to}`)
    await page.getByLabel('From', { exact: true }).fill(from)
    await page.getByLabel('To', { exact: true }).fill(to)
    await having(found(page), written(count))
    await expect.poll(() => queryOf(page)).toBe(`?from=${from}&to=${to}`)
  })

  it('are shown 50 at a time, and the focus moves to the first of the next ones', async () => {
    const page = await open(MANY, '?kind=sms')
    await page.getByRole('button', { name: 'Show 50 more' }).press('Enter')
    await rows(page).nth(99).or(rows(page).last()).waitFor()
    await untilInPage(
      page,
      `[...document.querySelectorAll('.table .row-button')].indexOf(document.activeElement) === 50`,
    )
  })

  it('keep their filter over a reload, as far as the URL may contain it; filters are removed singly or all at once', async () => {
    const page = await open(MANY)
    await having(found(page), 'More than 1,000')
    await filters(page).press('Enter')
    await page.getByLabel('Calls', { exact: true }).check()
    await page.getByLabel('SMS').check()
    await page.getByLabel('Recorded').selectOption('Last 30 days')
    await page.getByLabel('In or out').selectOption('Credit out')
    const count = await counted(
      `(u.type = 'call' or u.channel = 'sms') and m.kind = 'usage' and m.recorded_at >=
        (date_trunc('day', now() at time zone '${ZONE}') - interval '29 days') at time zone '${ZONE}'`,
    )
    await having(found(page), written(count))
    const query = '?kind=call&kind=sms&period=30d&direction=out'
    await expect.poll(() => queryOf(page)).toBe(query)
    await having(said(page), written(count))

    await page.reload()
    await having(found(page), written(count))
    await expect.poll(() => queryOf(page)).toBe(query)
    await expect.poll(() => chosen(page).allTextContents()).toEqual(['Calls', 'SMS', 'Last 30 days', 'Credit out'])
    await expect.poll(() => filters(page).textContent()).toBe('Filters (4)')

    await page.getByRole('button', { name: 'Remove filter: Calls' }).press('Enter')
    await expect.poll(() => queryOf(page)).toBe('?kind=sms&period=30d&direction=out')
    await untilFocusIsOn(page, 'Filters (3)')
    await page.getByRole('button', { name: 'Clear filters' }).click()
    await having(found(page), 'More than 1,000')
    await expect.poll(() => queryOf(page)).toBe('')
    await expect.poll(() => chosen(page).count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('are found by text and user, which no URL contains, and which no reload keeps', async () => {
    const page = await open(MANY)
    await searchField(page).fill('many-2203')
    await having(found(page), '1 movement')
    await searchField(page).fill('country 12')
    await having(found(page), written(await counted(`starts_with(lower(u.destination), 'country 12')`)))
    await filters(page).click()
    const { id: userId, name } = await usedByName()
    await page.getByRole('combobox', { name: 'User', exact: true }).selectOption(userId)
    const count = await counted(`u.user_id = '${userId}' and starts_with(lower(u.destination), 'country 12')`)
    await having(found(page), count === 0 ? 'No movements match.' : written(count))
    await searchField(page).fill('')
    await having(
      found(page),
      written(
        await counted(`u.user_id = '${userId}' or m.reverses_sequence in (
      select movement_sequence from tollgate.rated_usage where account_id = '${MANY}' and user_id = '${userId}')`),
      ),
    )
    await expect.poll(() => chosen(page).allTextContents()).toEqual([name])
    await expect.poll(() => queryOf(page)).toBe('')
    const texts = ['country', '2203', userId, name, 'search=', 'user_id']
    const addresses = requests.map((url) => decodeURIComponent(url.replaceAll('+', ' ')).toLowerCase())
    expect(addresses.filter((url) => texts.some((text) => url.includes(text.toLowerCase())))).toEqual([])
    await page.reload()
    await having(found(page), 'More than 1,000')
    await expect.poll(() => searchField(page).inputValue()).toBe('')
    expect(errors).toEqual([])
  })

  it('say if none match, and show no filter if there are none at all', async () => {
    const page = await open(MANY)
    await searchField(page).fill('nowhere at all')
    await having(found(page), 'No movements match.')
    await having(said(page), 'No movements match.')
    await page.getByRole('button', { name: 'Clear filters' }).press('Enter')
    await having(found(page), 'More than 1,000')
    await untilInPage(page, `document.activeElement.type === 'search'`)
    await expect.poll(() => searchField(page).inputValue()).toBe('')

    const empty = await open(await account())
    await empty.getByRole('tabpanel').getByText('Nothing has used credit yet.').waitFor()
    expect(await searchField(empty).count()).toBe(0)
  })

  it('say so while they cannot be searched yet, and are found once they can', async () => {
    const accountId = await account(1_000_000n)
    const set = (last: number) =>
      api.pool.query('update tollgate.accounts set last_sequence = $2 where account_id = $1', [accountId, last])
    await set(100_002)
    const page = await open(accountId, '?kind=adjustment')
    await having(found(page), 'Movements are still being prepared for search and filters. Try again in 30 seconds.')
    await set(1)
    await page.getByRole('button', { name: 'Try again' }).click()
    await having(found(page), '1 movement')
  })

  it('say that they could not be loaded if a search is refused for another reason', async () => {
    const accountId = await account(1_000_000n)
    const page = await open(accountId, '?kind=adjustment', async (fresh) => {
      await fresh.route('**/movement-searches', (route) =>
        route.fulfill({
          status: 503,
          headers: { 'retry-after': '1' },
          contentType: 'application/problem+json',
          json: { type: 'urn:tollgate:problem:unavailable', status: 503 },
        }),
      )
    })
    await page.getByText('Movements could not be loaded.').first().waitFor()
    expect(await page.getByText('still being prepared').count()).toBe(0)
    await page.unroute('**/movement-searches')
    await page.getByRole('button', { name: 'Try again' }).click()
    await having(found(page), '1 movement')
  })

  it('that are new wait until requested, shift nothing, and are then on top', async () => {
    const accountId = await account(100_000_000n, 200_000_000n)
    const page = await open(accountId)
    await having(found(page), '2 movements')
    await page.locator('[role=status].visually-hidden').waitFor({ state: 'attached' })
    await page.evaluate(`document.fonts.ready.then(() => {
      window.shifts = []
      const elementOf = (node) => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)
      new PerformanceObserver((list) => {
        // The balance above changes meanwhile, and may take another width.
        const moved = list.getEntries().flatMap(({ sources }) => sources.map(({ node }) => elementOf(node)))
        window.shifts.push(...moved.filter((one) => one?.closest('[role=tabpanel]')).map(({ className }) => className))
      }).observe({ type: 'layout-shift', buffered: false })
    })`)
    for (const [at, micros] of [300_000_000n, 400_000_000n, 500_000_000n].entries()) {
      await adjust(api, accountId, micros)
      await page.getByRole('button', { name: `Show ${at + 1} new` }).waitFor()
      expect(await rows(page).count()).toBe(2)
    }
    expect(await page.evaluate('window.shifts')).toEqual([])
    expect(await said(page).textContent()).toBe('')
    await page.getByRole('button', { name: 'Show 3 new' }).press('Enter')
    await having(found(page), '5 movements')
    await having(said(page), '5 movements')
    await having(rows(page).first(), /\+[€$]500\.00/)
    await untilInPage(
      page,
      `document.activeElement === document.querySelector('.table tbody tr:first-child .row-button')`,
    )
    await page.getByRole('button', { name: /^Show .*new/ }).waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })

  it('that are new are offered under a filter only if they match', async () => {
    const accountId = await account(50_000_000n)
    const call = (event: string) => recordUsage(api, callFields({ account_id: accountId, event_id: event }))
    await call('before')
    const page = await open(accountId, '?kind=call', async (fresh) => {
      await fresh.clock.install()
    })
    await having(found(page), '1 movement')
    await page.locator('[role=status].visually-hidden').waitFor({ state: 'attached' })
    // Whether they match is known only by loading, which the page does now and then.
    let looks = 0
    page.on('response', (response) => {
      if (/movement-searches$/.test(response.url())) looks += 1
    })
    const showNew = page.getByRole('button', { name: 'Show new' })
    // Seldom enough to let the answers arrive: each time it reads everything again, and drops what it waits for.
    const later = <T>(what: () => T | Promise<T>) =>
      expect.poll(
        async () => {
          await page.clock.fastForward(15_000)
          return what()
        },
        { interval: 500, timeout: 30_000 },
      )
    for (const micros of [1_000_000n, 2_000_000n]) {
      const before = looks
      await adjust(api, accountId, micros)
      await later(() => looks > before).toBe(true)
      expect(await showNew.count()).toBe(0)
    }
    await call('after')
    await later(() => showNew.count()).toBe(1)
    await page.getByRole('button', { name: 'Show new' }).press('Enter')
    await having(found(page), '2 movements')
    await expect.poll(() => rows(page).count()).toBe(2)
  })

  it('include new ones without a request after the stream was lost', async () => {
    const accountId = await account(1_000_000n)
    const page = await open(accountId, '', async (fresh) => {
      await fresh.clock.install()
      await fresh.route('**/live', (route) => route.abort())
    })
    await having(found(page), '1 movement')
    await page.locator('[role=status].visually-hidden').waitFor({ state: 'attached' })
    await adjust(api, accountId, 2_000_000n)
    await page.clock.fastForward(11_000)
    await page.getByText(/^Reconnecting, as of \d/).waitFor()
    await page.clock.fastForward(15_000)
    await page.getByRole('button', { name: 'Show 1 new' }).waitFor()
    expect(await rows(page).count()).toBe(1)
  })

  it('can be searched with only the keyboard on 320 px, and axe finds nothing serious', async () => {
    const page = await open(MANY, '?kind=sms&period=90d')
    await page.setViewportSize({ width: 320, height: 800 })
    await having(found(page), 'movements')
    await searchField(page).focus()
    await page.keyboard.press('Tab')
    await untilFocusIsOn(page, 'Filters (2)')
    await page.keyboard.press('Enter')
    await page.getByLabel('Recorded').waitFor()
    const names: string[] = []
    for (let presses = 0; presses < 4; presses += 1) {
      await page.keyboard.press('Tab')
      names.push((await page.evaluate('document.activeElement.labels[0].textContent')) as string)
    }
    expect(names).toEqual(['Recorded', 'In or out', 'User', 'All usage'])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
    expect(await findGrave(page)).toEqual([])
    expect(errors).toEqual([])
  })
})
