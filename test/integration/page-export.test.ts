/**
 * Exporting movements on the built page, in a real browser on the real API: from the period to the file, with all faults that
 * may occur in between.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseMoney } from '../../src/core/money.ts'
import { prepareNextPart } from '../../src/reporting/exports/prepare-export.ts'
import { findGrave } from '../../testkit/axe.ts'
import { AWKWARD_NAMES, makeMovements } from '../../testkit/movements.ts'
import type { TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { testAccount } from '../support/catalog.ts'
import { exportFacts, prepareAll } from '../support/exports.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply } from '../support/ledger.ts'
import { runPython, testPython } from '../support/python.ts'
import { untilFocusIsOn, untilInPage } from '../support/until-in-page.ts'
import { withinOneDay } from '../support/within-one-day.ts'

const ZONE = 'Europe/Berlin'
/** By the database, with its own time zone data. */
const LAST_MONTH = `
  select (date_trunc('month', now() at time zone '${ZONE}') - interval '1 month') at time zone '${ZONE}' as from_at,
         date_trunc('month', now() at time zone '${ZONE}') at time zone '${ZONE}' as to_at`
/** More than one part of `ROWS_PER_PART`. */
const MOVEMENTS = 2_600
const ROWS_PER_PART = 1_000
const HOUR_MS = 3_600_000

const browserFound = await browserFor('exporting')

describe.skipIf(browserFound === null)('exporting on the page', () => {
  let pages: BillingPages
  let api: TestApi
  let accounts = 0
  let lastMonth: { from: Date; to: Date }

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!, { arePaymentsMade: false })
    api = pages.api
  })

  beforeEach(async () => {
    await withinOneDay(ZONE, 30_000)
    const { rows } = await api.pool.query<{ from_at: string; to_at: string }>(LAST_MONTH)
    lastMonth = { from: new Date(rows[0]!.from_at), to: new Date(rows[0]!.to_at) }
  })

  afterEach(async () => {
    await pages.closePages()
    await prepareAll(api.pool)
  })

  afterAll(() => pages?.close())

  async function account(movements = 0): Promise<string> {
    accounts += 1
    const accountId = `exporting-${accounts}`
    await apply(api, [testAccount({ accountId })])
    if (movements > 0) {
      // From before the month to after it, so that some are excluded.
      const [from, to] = [new Date(+lastMonth.from - HOUR_MS), new Date(+lastMonth.to + HOUR_MS)]
      await makeMovements(api.pool, { accountId, count: movements, from, to })
    }
    return accountId
  }

  interface OpenOptions {
    readonly role?: 'admin' | 'member'
    readonly query?: string
  }

  const open = (accountId: string, options: OpenOptions = {}): Promise<Page> =>
    pages.open(accountId, { ...options, browser: { timezoneId: ZONE, acceptDownloads: true } })

  const button = (page: Page) => page.getByRole('button', { name: 'Export credit movements' })
  const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Export credit movements' })

  async function openDialog(page: Page) {
    await button(page).click()
    return dialogOf(page)
  }

  /** With the last month chosen, and its sums visible. */
  async function chooseLastMonth(page: Page) {
    const dialog = await openDialog(page)
    await dialog.getByRole('radio', { name: 'Last month' }).check()
    await dialog.getByText('Closing').waitFor()
    return { dialog, start: dialog.getByRole('button', { name: 'Export', exact: true }) }
  }

  const partOf = (options: Partial<Parameters<typeof prepareNextPart>[1]> = {}) =>
    prepareNextPart(api.pool, { whenExportEnds: async () => {}, rowsPerPart: ROWS_PER_PART, ...options })

  async function exportsOf(
    accountId: string,
  ): Promise<{ from: string; to: string; time_zone: string; state: string }[]> {
    const session = await api.session(accountId, 'admin', 'somebody-else')
    return (await api.ask('GET', `/v1/accounts/${accountId}/exports`, { session })).body.items
  }

  /** The expected export by the tables: the period's signed sums, and the range of its rows. */
  async function periodInTables(accountId: string) {
    const { rows } = await api.pool.query<Record<string, bigint>>(
      `select min(sequence) - 1 as after_sequence, max(sequence) as through_sequence,
              (array_agg(balance_before_micros order by sequence))[1] as opening,
              coalesce(sum(amount_micros) filter (where kind = 'top_up'), 0)::bigint as added,
              coalesce(sum(amount_micros) filter (where kind in ('usage', 'reversal')), 0)::bigint as used,
              coalesce(sum(amount_micros) filter (where kind in ('adjustment', 'refund', 'dispute')), 0)::bigint as other,
              (array_agg(balance_after_micros order by sequence desc))[1] as closing
         from tollgate.movements where account_id = $1 and recorded_at >= $2 and recorded_at < $3`,
      [accountId, lastMonth.from, lastMonth.to],
    )
    const { after_sequence: after, through_sequence: through, ...sums } = rows[0]!
    return { after: Number(after), through: Number(through), sums }
  }

  /** As read from the dialog, in micros. */
  async function sumsIn(page: Page): Promise<Record<string, bigint>> {
    const lines = await dialogOf(page).locator('.export-sum').allInnerTexts()
    return Object.fromEntries(
      lines.map((line) => {
        const [name, amount] = [line.split('\n')[0]!.trim(), line.split('\n').at(-1)!]
        return [name.toLowerCase(), parseMoney(amount.replace('−', '-').replace(/[+€,\s]/g, ''))!]
      }),
    )
  }

  const expectToAddUp = ({ opening, added, used, other, closing }: Record<string, bigint>) =>
    expect(opening! + added! + used! + other!).toBe(closing)

  it('leads from the period and its sums to a file that equals, byte for byte, what Python writes from the tables', async () => {
    const accountId = await account(MOVEMENTS)
    const { after, through, sums } = await periodInTables(accountId)
    const rows = through - after
    expect(rows).toBeLessThan(MOVEMENTS)
    for (const name of ['added', 'used', 'other'] as const) expect(sums[name]).not.toBe(0n)

    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    await dialog.getByText(`${rows.toLocaleString('en-US')} movements`).waitFor()
    expect(await sumsIn(page)).toEqual(sums)
    expectToAddUp(sums)
    await dialog.getByText('Days are in Central European Time. What counts is when a movement was recorded').waitFor()
    expect(await findGrave(page)).toEqual([])

    await start.click()
    await dialog.getByRole('heading', { name: /^Preparing \w+( \d{4})?: [\d,]+ rows$/ }).waitFor()
    await untilInPage(page, `document.activeElement.textContent.startsWith('Preparing')`)
    expect(await dialog.getByText('Period').count()).toBe(0)
    const progress = dialog.getByRole('progressbar', { name: /^Preparing/ })
    expect(await findGrave(page)).toEqual([])
    await partOf()
    await dialog.getByText(`1,000 of ${rows.toLocaleString('en-US')} rows`).waitFor()
    expect([await progress.getAttribute('value'), await progress.getAttribute('max')]).toEqual(['1000', String(rows)])
    expect(await exportsOf(accountId)).toMatchObject([{ time_zone: ZONE, state: 'preparing' }])

    await prepareAll(api.pool)
    await dialog.getByText(/^Download until \w+ \d+, .*\d/).waitFor()
    expect(await sumsIn(page)).toEqual(sums)
    expect(await findGrave(page)).toEqual([])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Download', exact: true }).click(),
    ])
    const day = (instant: Date) => new Intl.DateTimeFormat('en-CA', { timeZone: ZONE }).format(instant)
    expect(download.suggestedFilename()).toBe(
      `credit-movements-${accountId}-${day(lastMonth.from)}-${day(new Date(+lastMonth.to - 1))}.csv`,
    )

    const folder = mkdtempSync(join(tmpdir(), 'tollgate-export-'))
    try {
      const facts = await exportFacts(api.pool, accountId, after, through)
      expect(facts.map(({ User: user }) => user)).toEqual(expect.arrayContaining([...AWKWARD_NAMES]))
      for (const kind of ['call', 'sms', 'top-up', 'refund', 'dispute', 'adjustment', 'reversal']) {
        expect(facts.map(({ Description: description }) => description)).toContain(kind)
      }
      const [path, written] = [join(folder, 'facts.json'), join(folder, 'written.csv')]
      writeFileSync(
        path,
        JSON.stringify(facts, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
      )
      const nowhere = { config: { kafka: { brokers: [], schemaRegistryUrl: '' } } } as never
      expect(await runPython(await testPython(), nowhere, ['written.py', path, written])).toEqual({ rows })
      const downloaded = readFileSync(await download.path(), 'utf8')
      expect(downloaded.split('\r\n')).toEqual(readFileSync(written, 'utf8').split('\r\n'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('ends now if the month reaches past it, and says so', async () => {
    const accountId = await account()
    await adjust(api, accountId, 12_500_000n)
    const page = await open(accountId)
    const dialog = await openDialog(page)
    await dialog.getByText(/^1 movement · Ends now, \w+ \d+, /).waitFor()
    expect(await sumsIn(page)).toEqual({ opening: 0n, added: 0n, used: 0n, other: 12_500_000n, closing: 12_500_000n })
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByText(/^Up to \w+ \d+, /).waitFor()
    await prepareAll(api.pool)
    await dialog.getByText(/^Download until/).waitFor()
    const [asked] = await exportsOf(accountId)
    expect(new Date(asked!.from)).toEqual(lastMonth.to)
  })

  it('of days includes both ends, and questions an end before the start', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const dialog = await openDialog(page)
    await dialog.getByRole('radio', { name: 'Other days' }).check()
    const [first, last] = [dialog.getByLabel('First day'), dialog.getByLabel('Last day')]
    await first.fill('2020-10-24')
    await last.fill('2020-10-23')
    await dialog.getByRole('button', { name: 'Export', exact: true }).click()
    await dialog.getByRole('link', { name: 'Choose an end after October 24, 2020' }).waitFor()
    await untilInPage(page, `document.activeElement.className === 'fault-summary'`)
    expect(await last.getAttribute('aria-invalid')).toBe('true')
    expect(await findGrave(page)).toEqual([])
    await first.fill('')
    await dialog.getByRole('link', { name: 'Choose a day' }).click()
    await untilInPage(page, `document.activeElement.id === '${await first.getAttribute('id')}'`)
    expect(await exportsOf(accountId)).toEqual([])

    // Of 49 hours, as clocks go back on the second.
    const asked = page.waitForRequest(/period-summary/)
    await first.fill('2020-10-24')
    await last.fill('2020-10-25')
    const { searchParams } = new URL((await asked).url())
    expect(Object.fromEntries(searchParams)).toEqual({
      from: '2020-10-23T22:00:00.000Z',
      to: '2020-10-25T23:00:00.000Z',
    })
  })

  it('is one export on a double click, and the same one on every later click, after a reload and in another tab', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const other = await pages.openTab(page, accountId)
    const { dialog: otherDialog } = await chooseLastMonth(other)
    await otherDialog.getByRole('radio', { name: 'Other days' }).check()
    await otherDialog.getByLabel('First day').fill(await other.getByLabel('First day').getAttribute('min').then(String))
    await page.bringToFront()
    const { dialog, start } = await chooseLastMonth(page)
    await start.dblclick()
    const preparing = /^Preparing \w+( \d{4})?: [\d,]+ rows$/
    await dialog.getByRole('heading', { name: preparing }).waitFor()

    await page.bringToFront()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await openDialog(page)
    await dialog.getByRole('heading', { name: preparing }).waitFor()
    await page.reload()
    await openDialog(page)
    await dialog.getByRole('heading', { name: preparing }).waitFor()

    await other.bringToFront()
    await otherDialog.getByRole('button', { name: 'Export', exact: true }).click()
    await otherDialog.getByRole('heading', { name: preparing }).waitFor()
    await otherDialog.getByText('This export was asked for before. Ask for yours once it is ready.').waitFor()
    expect(await findGrave(other)).toEqual([])
    expect(await exportsOf(accountId)).toHaveLength(1)

    await prepareAll(api.pool)
    await page.bringToFront()
    await dialog.getByText(/^Download until/).waitFor()
    await dialog.getByRole('button', { name: 'Export another period' }).click()
    await dialog.getByRole('heading', { name: 'Earlier exports' }).waitFor()
    await dialog.getByRole('link', { name: /^Download \w+/ }).waitFor()
    await untilInPage(page, `document.activeElement.name === 'export-period'`)
  })

  it('says if there is nothing to export', async () => {
    const accountId = await account()
    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    await dialog.getByText('No movements', { exact: true }).waitFor()
    expect(await start.count()).toBe(0)
    expect(await findGrave(page)).toEqual([])

    // A request from elsewhere is accepted nevertheless.
    await api.ask('POST', `/v1/accounts/${accountId}/exports`, {
      session: await api.session(accountId, 'admin', 'somebody-else'),
      body: { from: lastMonth.from.toISOString(), to: lastMonth.to.toISOString() },
      headers: { 'idempotency-key': 'empty' },
    })
    await prepareAll(api.pool)
    const opened = await pages.openTab(page, accountId, '?open=export')
    await dialogOf(opened).getByRole('heading', { name: 'No movements' }).waitFor()
    expect(await dialogOf(opened).getByRole('link').count()).toBe(0)
    expect(await findGrave(opened)).toEqual([])
  })

  it('says if it did not finish, and tries again for the same period', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    await start.click()
    await dialog.getByRole('progressbar').waitFor()
    const makePart = () => Promise.reject(new Error('no part'))
    for (let tries = 0; tries < 5; tries += 1) await partOf({ makePart, restAfterFailureMs: 0 })
    await dialog.getByRole('heading', { name: 'Export did not finish' }).waitFor()
    await dialog.getByText('Nothing is missing from your account.').waitFor()
    expect(await dialog.textContent()).not.toMatch(/no part|invariant|bug/)
    expect(await findGrave(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Try again' }).click()
    await dialog.getByRole('progressbar').waitFor()
    await prepareAll(api.pool)
    await dialog.getByText(/^Download until/).waitFor()
    const [again, failed] = await exportsOf(accountId)
    expect([again!.from, again!.to, again!.time_zone]).toEqual([failed!.from, failed!.to, failed!.time_zone])
  })

  it('keeps the input if the API does not answer or asks for a retry; then it is one export', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    const keys: string[] = []
    await page.route('**/exports', async (route) => {
      if (route.request().method() !== 'POST') return await route.continue()
      keys.push(route.request().headers()['idempotency-key']!)
      switch (keys.length) {
        case 1:
          return await route.fulfill({ status: 429, headers: { 'retry-after': '12' }, json: {} })
        case 2:
          return await route.fulfill({ status: 503, headers: { 'retry-after': '1' }, json: {} })
        case 3:
          // It arrives, and its answer is lost.
          await route.fetch()
          return await route.abort('connectionreset')
        default:
          return await route.continue()
      }
    })
    const chosen = dialog.getByRole('radio', { name: 'Last month' })
    for (const said of [
      'Try again in 12 seconds.',
      'Try again in 1 second.',
      'No answer came. Check your connection, then try again: nothing is exported twice.',
    ]) {
      await start.click()
      await dialog.getByRole('alert').filter({ hasText: said }).waitFor()
      expect(await chosen.isChecked()).toBe(true)
    }
    expect(await findGrave(page)).toEqual([])
    await start.click()
    await dialog.getByRole('progressbar').waitFor()
    expect(new Set(keys).size).toBe(1)
    expect(await exportsOf(accountId)).toHaveLength(1)

    // Lost while it is followed, it is resumed.
    await page.route('**/exports/*', (route) => route.abort('connectionreset'))
    await dialog.getByText('No answer at the moment. The export goes on, and its progress is checked again.').waitFor()
    await page.unroute('**/exports/*')
    await prepareAll(api.pool)
    await dialog.getByText(/^Download until/).waitFor()
  })

  it('says after how long the sums are available, and shows them then', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    await page.route('**/period-summary*', (route) =>
      route.fulfill({ status: 503, headers: { 'retry-after': '5' }, json: {} }),
    )
    const dialog = await openDialog(page)
    await dialog.getByText('Try again in 5 seconds.').waitFor()
    expect(await findGrave(page)).toEqual([])
    await page.unroute('**/period-summary*')
    await dialog.getByRole('button', { name: 'Try again: Summary' }).click()
    await dialog.getByText('Closing').waitFor()
  })

  it('keeps the input if the session has ended, and says so', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    await api.pool.query('update tollgate.portal_sessions set ended_at = now() where account_id = $1', [accountId])
    await start.click()
    await dialog.getByText('Your session has ended.').waitFor()
    expect(await dialog.getByRole('radio', { name: 'Last month' }).isChecked()).toBe(true)
  })

  it('works by keyboard, and leads back to the button', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    await button(page).focus()
    await page.keyboard.press('Enter')
    const dialog = dialogOf(page)
    const summary = dialog.getByRole('heading', { level: 3 })
    await summary.waitFor()
    const thisMonth = await summary.textContent()
    await dialog.getByRole('radio', { name: 'This month' }).focus()
    await page.keyboard.press('ArrowDown')
    await summary.filter({ hasNotText: thisMonth! }).waitFor()
    // Available together with the sums.
    await dialog.getByRole('button', { name: 'Export', exact: true }).waitFor()
    for (let presses = 0; presses < 4; presses += 1) {
      if ((await page.evaluate('document.activeElement.textContent')) === 'Export') break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await dialog.getByRole('progressbar').waitFor()
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await untilFocusIsOn(page, 'Export credit movements')
  })

  it('is opened with the newest export by the URL, once, and leads back to the button', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId)
    const { start } = await chooseLastMonth(page)
    await start.click()
    await dialogOf(page).getByRole('progressbar').waitFor()
    await prepareAll(api.pool)
    const opened = await pages.openTab(page, accountId, '?kind=call&open=export')
    await dialogOf(opened)
      .getByText(/^Download until/)
      .waitFor()
    await dialogOf(opened).getByRole('button', { name: 'Close' }).last().click()
    await dialogOf(opened).waitFor({ state: 'detached' })
    await expect.poll(() => new URL(opened.url()).search).toBe('?kind=call')
    await untilFocusIsOn(opened, 'Export credit movements')
  })

  it('is not available to members, by page or API', async () => {
    const accountId = await account(MOVEMENTS)
    const page = await open(accountId, { role: 'member', query: '?open=export' })
    await page.locator('.table').waitFor()
    expect([await button(page).count(), await page.getByRole('dialog').count()]).toEqual([0, 0])
    const session = await api.session(accountId, 'member', 'mel')
    const body = { from: lastMonth.from.toISOString(), to: lastMonth.to.toISOString() }
    const headers = { 'idempotency-key': 'member' }
    const path = `/v1/accounts/${accountId}/exports`
    expect((await api.ask('POST', path, { session, body, headers })).status).toBe(403)
    expect((await api.ask('GET', path, { session })).status).toBe(403)
  })

  it('is available to admins of a closed account too', async () => {
    const accountId = await account(MOVEMENTS)
    const closed = await api.ask('POST', `/v1/accounts/${accountId}/close`, {
      token: await api.operator(),
      headers: { 'idempotency-key': 'close' },
    })
    expect(closed.status).toBe(200)
    const page = await open(accountId)
    const { dialog, start } = await chooseLastMonth(page)
    await start.click()
    await dialog.getByRole('progressbar').waitFor()
  })
})
