/**
 * The built billing page as the API serves it: who gets it, its policy, and that it works under that policy in a real browser.
 */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildPage, isPageBuilt } from '../../scripts/page.mjs'
import { type PageFiles, readPageFiles } from '../../src/api/pages/page-files.ts'
import { CSV_HEADINGS } from '../../src/core/export/csv-cells.ts'
import { makeMovements } from '../../testkit/movements.ts'
import { openTestApi, TEST_PORTAL, type TestApi } from '../support/api.ts'
import { type BillingPages, openBillingPages, type PageOptions } from '../support/billing-pages.ts'
import { testAccount } from '../support/catalog.ts'
import { parseCsv } from '../support/csv.ts'
import { expectedRows, prepareAll } from '../support/exports.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust, apply } from '../support/ledger.ts'

const EMBEDDER = 'https://dashboard.example'
const PORTAL = { ...TEST_PORTAL, product: 'Harbor <Cloud>' }

let built: PageFiles
let api: TestApi
let embedded: TestApi
let session: string

beforeAll(async () => {
  if (!isPageBuilt()) await buildPage(process.execPath)
  built = readPageFiles()!
  api = await openTestApi({ page: built, portal: PORTAL })
  embedded = await openTestApi({ page: built, portal: { ...PORTAL, embeddingOrigins: [EMBEDDER] } })
  await openAcme(api)
  session = await api.session('acme', 'admin')
})

afterAll(async () => {
  await embedded?.close()
  await api?.close()
})

async function openAcme(writer: TestApi): Promise<void> {
  await apply(writer, [testAccount({ accountId: 'acme' })])
  await adjust(writer, 'acme', 25_006_000n)
}

describe('the document', () => {
  it('is served only with a session', async () => {
    const answer = await api.ask('GET', '/billing/acme')
    expect(answer.status).toBe(401)
    expect(answer.body).not.toContain('/billing/assets/')
  })

  it('allows nothing inline, nothing from elsewhere, and no framing', async () => {
    const { status, headers, body } = await api.ask('GET', '/billing/acme', { session })
    expect(status).toBe(200)
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    )
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('cache-control')).toBe('private, no-cache')
    expect(body).toContain('<title>Billing, Harbor &lt;Cloud&gt;</title>')
    expect(body).not.toMatch(/<style|<script(?![^>]* src=)|tollgate/i)
  })

  it('may be framed by configured origins', async () => {
    await apply(embedded, [testAccount({ accountId: 'acme' })])
    const own = await embedded.session('acme', 'member')
    const { headers } = await embedded.ask('GET', '/billing/acme', { session: own })
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${EMBEDDER}`)
    expect(headers.get('x-frame-options')).toBeNull()
  })
})

describe('its files', () => {
  it('are cached for good, and sent in an encoding that the browser accepts', async () => {
    const [name, asset] = [...built.assets].find(([one]) => one.endsWith('.js'))!
    for (const [accepted, encoding] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
      ['identity', null],
    ] as const) {
      const response = await fetch(`${api.url}/billing/assets/${name}`, { headers: { 'accept-encoding': accepted } })
      expect(response.headers.get('content-encoding')).toBe(encoding)
      expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
      expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
      expect(response.headers.get('vary')).toBe('accept-encoding')
      expect(Buffer.from(await response.arrayBuffer())).toEqual(asset.identity)
    }
  })

  it.each(['absent.js', '..%2Findex.html', '..%2Fmanifest.json', 'index.html'])(
    'are only those of the build: %s',
    async (name) => {
      expect((await api.ask('GET', `/billing/assets/${name}`)).status).toBe(404)
    },
  )
})

const browserFound = await browserFor('the page')

describe.skipIf(browserFound === null)('in a browser', () => {
  let pages: BillingPages
  let errors: string[]

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!, { arePaymentsMade: false, portal: PORTAL })
    await openAcme(pages.api)
  })

  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  function open(accountId = 'acme', options: PageOptions = {}): Promise<Page> {
    errors = []
    return pages.open(accountId, {
      ...options,
      async prepare(page) {
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text())
        })
        page.on('pageerror', (error) => errors.push(error.message))
      },
    })
  }

  it('it shows the account’s data, within its policy', async () => {
    const page = await open()
    await page
      .getByText('$25.00', { exact: true })
      .or(page.getByText('€25.00', { exact: true }))
      .first()
      .waitFor()
    await page.getByText('No calls are blocked').waitFor()
    await page.getByRole('tab', { name: 'Payments' }).waitFor()
    await page.locator('.table').getByText('Adjustment').waitFor()
    expect(await page.getByRole('link', { name: 'Back to Harbor <Cloud>' }).getAttribute('href')).toBe(
      TEST_PORTAL.dashboardUrl,
    )
    expect(await page.content()).not.toMatch(/tollgate/i)
    expect(errors).toEqual([])
  })

  it('it opens a movement, and loads the code for that', async () => {
    const page = await open()
    await page.locator('.table').getByRole('button', { name: 'Adjustment' }).click()
    await page.getByRole('dialog', { name: 'Adjustment details' }).waitFor()
    expect(errors).toEqual([])
  })

  it('it downloads all movements in one file, under the announced name', async () => {
    const { api } = pages
    await apply(api, [testAccount({ accountId: 'exported' })])
    const to = new Date()
    await makeMovements(api.pool, {
      accountId: 'exported',
      count: 3_000,
      from: new Date(to.getTime() - 86_400_000),
      to,
    })
    const own = await api.session('exported', 'admin')
    const asked = await api.ask('POST', '/v1/accounts/exported/exports', {
      session: own,
      body: { from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z' },
      headers: { 'idempotency-key': 'in-a-browser' },
    })
    await prepareAll(api.pool)
    const page = await open('exported', { session: own })
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.evaluate(
        `Object.assign(document.createElement('a'), { href: '${asked.headers.get('location')}/file' }).click()`,
      ),
    ])
    expect(download.suggestedFilename()).toMatch(/^credit-movements-exported-[\d-]+\.csv$/)
    const [headings, ...rows] = parseCsv((await readFile(await download.path(), 'utf8')).replace(/^\ufeff/, ''))
    expect(headings).toEqual(CSV_HEADINGS)
    expect(rows).toEqual(await expectedRows(api.pool, 'exported', 0, 3_000))
  })

  it('it says that it cannot be loaded if a bug ends it, and can be tried again', async () => {
    const page = await open()
    // No formatter takes such a currency.
    await page.route('**/balance', async (route) => {
      const response = await route.fetch()
      await route.fulfill({ response, json: { ...(await response.json()), currency: 'none' } })
    })
    await page.reload()
    await page.getByText('Billing could not be loaded').waitFor()
    expect(errors.join('\n')).toContain('currency')
    await page.unroute('**/balance')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.locator('.balance-figure').waitFor()
  })

  it('it says if the session has ended, and signs out', async () => {
    const page = await open('acme', { role: 'member', person: 'ben' })
    // The network is gone for a moment: whoever signs out must not stay signed in.
    await page.route('**/portal-session?*', (route) => route.abort(), { times: 1 })
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/portal/signed-out')
    await page.goto(`${pages.api.url}/billing/acme`)
    await page.getByText('Your session has ended.').waitFor()
  })
})
