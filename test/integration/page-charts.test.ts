/** The charts of the built billing page, in a real browser on the real API: their figures equal those of the movements. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Schema } from '../../src/api/client/client.ts'
import { findGrave } from '../../testkit/axe.ts'
import { until } from '../../testkit/until.ts'
import { age } from '../support/age.ts'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { testAccount } from '../support/catalog.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply, postPayments, recordUsage } from '../support/ledger.ts'
import { untilInPage } from '../support/until-in-page.ts'
import { abroad, correctionOf, lookup, sms } from '../support/usage-events.ts'
import { withinOneDay } from '../support/within-one-day.ts'

const ACCOUNT = 'charted'

const browserFound = await browserFor('the charts')

const euros = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'EUR' })
/** To the cent, from a decimal and with a typographic minus. */
const amount = (decimal: string) => euros.format(decimal as Intl.StringNumericLiteral).replace('-', '−')
const balance = (decimal: string) =>
  new Intl.NumberFormat('en-US', { ...euros.resolvedOptions(), roundingMode: 'floor' })
    .format(decimal as Intl.StringNumericLiteral)
    .replace('-', '−')

describe.skipIf(browserFound === null)('the charts', () => {
  let pages: BillingPages
  let api: TestApi

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!, { arePaymentsMade: false })
    api = pages.api
    await apply(
      api,
      [ACCOUNT, 'new', 'watched'].map((accountId) => testAccount({ accountId })),
    )
    await fill()
  })

  beforeEach(() => withinOneDay('UTC', 20_000))
  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  /** Ten users on five days, a top-up, a correction, and a name that could be mistaken for markup. */
  async function fill(): Promise<void> {
    await adjust(api, ACCOUNT, 200_000_000n)
    for (let day = 0; day < 5; day++) {
      const calls = Array.from({ length: 10 }, (_, user) =>
        abroad(ACCOUNT, `c-${day}-${user}`, `user-${user}`, 60 * (10 - user)),
      )
      await recordUsage(api, ...calls, sms(ACCOUNT, `s-${day}`), lookup(ACCOUNT, `l-${day}`))
      if (day === 2) await postPayments(api, ACCOUNT)
      if (day === 3) await recordUsage(api, correctionOf(ACCOUNT, 'c-1-0'))
      await age(api.pool, ACCOUNT, 26)
    }
    await recordUsage(api, abroad(ACCOUNT, 'today', 'user-0'))
    await api.pool.query(
      `insert into tollgate.display_names (account_id, user_id, name, updated_by) values ($1, 'user-1', '<b>Ann</b>', 'test')`,
      [ACCOUNT],
    )
  }

  interface OpenOptions {
    readonly accountId?: string
    readonly query?: string
    readonly prepare?: (page: Page) => Promise<void>
  }

  const open = ({ accountId = ACCOUNT, query, prepare }: OpenOptions = {}): Promise<Page> =>
    pages.open(accountId, { query, prepare, browser: { viewport: { width: 1280, height: 1600 } } })

  async function read<Answer>(path: string, accountId = ACCOUNT): Promise<Answer> {
    const { status, body } = await api.ask('GET', `/v1/accounts/${accountId}/${path}`, {
      token: await api.key(['read']),
    })
    expect(status).toBe(200)
    return body as Answer
  }

  const credit = (page: Page) => page.getByRole('region', { name: 'Credit over time', exact: true })
  const usage = (page: Page) => page.getByRole('region', { name: 'What used it', exact: true })
  const rowsOf = (page: Page): Promise<string[][]> =>
    page.evaluate(`[...document.querySelectorAll('.bar-row')].map((row) =>
      ['name', 'amount', 'percent'].map((part) => row.querySelector('.bar-' + part).textContent))`)

  /** What users used in the last 30 days minus what was returned of it, by the movements themselves. */
  async function usedByUser(): Promise<{ userId: string; used: string }[]> {
    const { rows } = await api.pool.query(
      `select u.user_id as "userId", round(-sum(m.amount_micros + coalesce(r.amount_micros, 0)) / 1000000, 6)::text as used
         from tollgate.movements m
         join tollgate.rated_usage u on u.account_id = m.account_id and u.event_id = m.event_id
         left join tollgate.movements r on r.account_id = m.account_id and r.reverses_sequence = m.sequence and r.kind = 'reversal'
        where m.account_id = $1 and m.kind = 'usage' and u.user_id is not null
        group by u.user_id
        order by sum(m.amount_micros + coalesce(r.amount_micros, 0)), u.user_id`,
      [ACCOUNT],
    )
    return rows
  }

  it('describe past and current credit with the figures of the API, in the name of the drawing too', async () => {
    const page = await open()
    const history = await read<Schema<'BalanceHistory'>>('balance-history')
    const { opening, closing, top_ups: topUps } = history
    const sentence = `Credit rose from ${balance(opening)} to ${balance(closing)} in 30 days, with a top-up of ${amount(topUps.added)}.`
    await credit(page).getByText(sentence, { exact: true }).waitFor()
    await credit(page).getByRole('img', { name: sentence, exact: true }).waitFor()
    await credit(page).getByText('Top-up by hand').waitFor()
    expect(await page.locator('.chart-plot [style], .bars [style]').count()).toBe(0)
  })

  it('list what used it as in the API and the movements: eight entries and the rest', async () => {
    const page = await open()
    for (const by of ['Kind', 'User', 'Destination'] as const) {
      await usage(page).getByText(by, { exact: true }).click()
      const expected = await read<Schema<'UsageSummary'>>(`usage?by=${by.toLowerCase()}&days=30&limit=8`)
      const amounts = [
        ...expected.items.map(({ used }) => amount(used)),
        ...(expected.other.count ? [amount(expected.other.used)] : []),
      ]
      await until(`by ${by}`, async () => {
        const shown = await rowsOf(page)
        return JSON.stringify(shown.map(([, used]) => used)) === JSON.stringify(amounts)
      })
    }
    await usage(page).getByText('User', { exact: true }).click()
    await usage(page)
      .getByText(/^<b>Ann<\/b> used most/)
      .waitFor()
    const shown = await rowsOf(page)
    const { items } = await read<Schema<'UsageSummary'>>('usage?by=user&days=30')
    const nobody = items.find(({ id }) => id === null)!
    const all = [...(await usedByUser()), { userId: 'No user', used: nobody.used }].toSorted(
      (a, b) => Number(b.used) - Number(a.used),
    )
    expect(shown).toHaveLength(9)
    expect(shown.slice(0, 8).map(([name, used]) => [name, used])).toEqual(
      all.slice(0, 8).map(({ userId, used }) => [userId === 'user-1' ? '<b>Ann</b>' : userId, amount(used)]),
    )
    expect(shown[8]![0]).toBe(`${all.length - 8} others`)
  })

  it('share a range, which the URL keeps over a reload, and the browser until the next visit', async () => {
    const page = await open({ query: '?kind=call' })
    await credit(page)
      .getByText(/ in 30 days/)
      .waitFor()
    await credit(page).getByText('7 days', { exact: true }).click()
    await credit(page)
      .getByText(/ in 7 days/)
      .waitFor()
    await usage(page)
      .getByText(/ in 7 days/)
      .waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?kind=call&days=7')
    await page.reload()
    await credit(page)
      .getByText(/ in 7 days/)
      .waitFor()
    await credit(page).getByRole('radio', { name: '7 days', checked: true }).waitFor({ state: 'attached' })
    await page.goto(`${api.url}/billing/${ACCOUNT}`)
    await usage(page)
      .getByText(/ in 7 days/)
      .waitFor()
    await page.goto(`${api.url}/billing/${ACCOUNT}?days=90`)
    await usage(page)
      .getByText(/ in 90 days/)
      .waitFor()
  })

  it('show their figures in a table with a row per day, as in the API', async () => {
    const page = await open({ query: '?days=7' })
    await credit(page).getByRole('button', { name: 'Show figures' }).click()
    const table = page.getByRole('dialog', { name: 'Credit over time' }).getByRole('table')
    await table.waitFor()
    const { days } = await read<Schema<'BalanceHistory'>>('balance-history?days=7')
    const moved = (decimal: string) =>
      Number(decimal) === 0 ? '–' : `${Number(decimal) > 0 ? '+' : ''}${amount(decimal)}`
    const day = new Intl.DateTimeFormat('en-US', { day: 'numeric', month: 'short', timeZone: 'UTC' })
    const cells = await page.evaluate(
      `[...document.querySelectorAll('[role=dialog] tbody tr')].map((row) => [...row.children].map((cell) => cell.textContent))`,
    )
    expect(cells).toEqual(
      days
        .toReversed()
        .map(({ date, used, added, other, closing }) => [
          day.format(new Date(date)),
          amount(used),
          moved(added),
          moved(other),
          balance(closing),
        ]),
    )
    expect(await findGrave(page)).toEqual([])
  })

  it('are read point by point with the keyboard', async () => {
    const page = await open({ query: '?days=30' })
    const reader = credit(page).getByRole('slider', { name: 'Credit day by day' })
    await reader.waitFor()
    const { days } = await read<Schema<'BalanceHistory'>>('balance-history')
    await reader.press('ArrowLeft')
    const before = balance(days.at(-2)!.closing)
    await credit(page).locator('.chart-reading', { hasText: before }).waitFor()
    await expect.poll(() => reader.getAttribute('aria-valuetext')).toContain(before)
    await reader.press('Home')
    await credit(page)
      .locator('.chart-reading', { hasText: balance(days[0]!.closing) })
      .waitFor()
  })

  it('shift nothing visible while they load, on a desktop or a phone', async () => {
    for (const [width, height] of [
      [1280, 3_000],
      [320, 1_600],
    ] as const) {
      const release = Promise.withResolvers<void>()
      const page = await open({
        prepare: async (fresh) => {
          await fresh.setViewportSize({ width, height })
          await fresh.route(/balance-history|\/usage\?/, async (route) => {
            await release.promise
            await route.continue()
          })
        },
      })
      await page.locator('.loading-chart').waitFor()
      await page.locator('.loading-bar').first().waitFor()
      await page.locator('.history .tab-panel li, .history .tab-panel tr').first().waitFor({ state: 'attached' })
      await page
        .getByText(/^Lasts/)
        .or(page.getByText(/^Not enough usage/))
        .first()
        .waitFor()
      await page.evaluate(`(() => {
        window.shifts = []
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries())
            window.shifts.push(...entry.sources.map(({ node }) => node?.className ?? String(node?.nodeName)))
        }).observe({ type: 'layout-shift' })
      })()`)
      const placesOf = `[...document.querySelectorAll('.chart-card, .usage-card')].map((card) => card.getBoundingClientRect().top)`
      const before = await page.evaluate(placesOf)
      release.resolve()
      await credit(page).getByRole('img').waitFor()
      await usage(page).locator('.bars').waitFor()
      // Shifts are reported with the frame in which they are painted.
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
      expect(await page.evaluate(placesOf), `${width} px`).toEqual(before)
      expect(await page.evaluate('window.shifts'), `${width} px`).toEqual([])
    }
  })

  it('are marked as busy while the figures of another range load over the old ones', async () => {
    const page = await open({ query: '?days=30' })
    const busy = page.locator('.chart-card [aria-busy=true], .usage-card [aria-busy=true]')
    await credit(page).getByRole('img').waitFor()
    await usage(page).locator('.bars').waitFor()
    expect(await busy.count()).toBe(0)
    const release = Promise.withResolvers<void>()
    await page.route(/balance-history|\/usage\?/, async (route) => {
      await release.promise
      await route.continue()
    })
    await credit(page).getByText('7 days', { exact: true }).click()
    await until('both cards are busy', async () => (await busy.count()) === 2, 10_000)
    await usage(page)
      .getByText(/ in 30 days/)
      .waitFor()
    release.resolve()
    await usage(page)
      .getByText(/ in 7 days/)
      .waitFor()
    await until('neither is', async () => (await busy.count()) === 0, 10_000)
  })

  it('lead from a bar to its movements; users appear in no address', async () => {
    const page = await open({ query: '?days=30' })
    const found = page.locator('.toolbar-found > p').first()
    await usage(page).getByRole('button', { name: /^SMS/ }).click()
    await found.filter({ hasText: '5 movements' }).waitFor()
    await expect.poll(() => new URL(page.url()).search).toBe('?days=30&kind=sms&period=30d')
    await untilInPage(page, 'document.activeElement.closest(".history") !== null')
    await usage(page).getByText('User', { exact: true }).click()
    await usage(page)
      .getByRole('button', { name: /<b>Ann/ })
      .click()
    const ofAnn = page.locator('.table tbody tr', { hasText: '<b>Ann</b>' })
    await until('her movements are listed', async () => (await ofAnn.count()) === 5)
    await expect.poll(() => new URL(page.url()).search).toBe('?days=30&period=30d')
  })

  it('fail separately, and are retried separately', async () => {
    const page = await open({
      prepare: async (fresh) => {
        await fresh.route('**/balance-history?*', (route) => route.fulfill({ status: 403, body: '{}' }))
      },
    })
    await credit(page).getByText('Credit over time could not be loaded.').waitFor()
    await usage(page).locator('.bars').waitFor()
    await page.unroute('**/balance-history?*')
    await credit(page)
      .getByRole('button', { name: /^Try again/ })
      .click()
    await credit(page).getByRole('img').waitFor()
  })

  it('say if nothing has used credit yet', async () => {
    const page = await open({ accountId: 'new' })
    for (const card of [credit(page), usage(page)]) await card.getByText('Nothing has used credit yet.').waitFor()
  })

  it('update once in half a minute at most', async () => {
    await adjust(api, 'watched', 20_000_000n)
    let asked = 0
    const page = await pages.openLive('watched', {
      prepare: async (fresh) => {
        await fresh.clock.install()
        fresh.on('request', (request) => {
          if (request.url().includes('/balance-history')) asked += 1
        })
      },
    })
    const now = (text: string) => credit(page).getByText(`to €${text} in 30 days`).waitFor()
    const shown = (text: string) => page.locator('.balance-figure', { hasText: text }).waitFor()
    await now('20.00')
    await adjust(api, 'watched', 1_000_000n)
    await shown('21.00')
    // The first events of the stream were an update too.
    await page.clock.fastForward(31_000)
    await now('21.00')
    const before = asked
    await adjust(api, 'watched', 1_000_000n)
    await shown('22.00')
    expect(asked).toBe(before)
    await page.clock.fastForward(31_000)
    await now('22.00')
  })
})
