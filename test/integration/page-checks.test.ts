/** The built page against its promises, on the real API with prepared facts: what is shown, to whom, and how calmly. */
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Schema } from '../../src/api/client/client.ts'
import { setAlertLevels } from '../../src/ledger/accounts/set-alert-levels.ts'
import { addPaymentMethod } from '../../src/ledger/top-ups/payment-methods.ts'
import { requestTopUp } from '../../src/ledger/top-ups/request-top-up.ts'
import { saveCard } from '../../testkit/auto-top-up.ts'
import { until } from '../../testkit/until.ts'
import { type BillingPages, openBillingPages } from '../support/billing-pages.ts'
import { cardOf, consentFor, SETTINGS } from '../support/charges.ts'
import { browserFor } from '../support/found-browser.ts'
import { adjust } from '../support/ledger.ts'
import { shownText } from '../support/notices.ts'
import { completeRollUp } from '../support/rolled-up.ts'

type Notices = Schema<'Notices'>

const SEPA = 'AT611904300234573201'
const EVENTS_PER_SECOND = 50
/** The limit below which browsers rate layout shifts as good. */
const GOOD_SHIFT = 0.1

const browserFound = await browserFor('the page')

/** Everything that shifted since the first paint, by name, and all texts of live regions. */
const WATCH = `(() => {
  window.moved = []
  window.said = []
  const nameOf = (node) => (node === null ? 'gone' : node.className || node.nodeName)
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (!hadRecentInput) window.moved.push({ value, sources: sources.map(({ node }) => nameOf(node)) })
    }
  }).observe({ type: 'layout-shift', buffered: true })
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target instanceof Element && target.matches('.visually-hidden[role]') && target.textContent !== '') {
        window.said.push([target.getAttribute('role'), target.textContent])
      }
    }
  }).observe(document, { subtree: true, childList: true, characterData: true })
})()`

interface Moved {
  readonly value: number
  readonly sources: readonly string[]
}

/** The whole text, with any kind of space before a currency. */
const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[.$]/g, '\\$&').replaceAll(' ', '\\s')}$`)

const shiftsOn = (page: Page) => page.evaluate('window.moved') as Promise<readonly Moved[]>
const announcedOn = (page: Page) => page.evaluate('window.said') as Promise<readonly [role: string, text: string][]>
const watched = async (page: Page) => {
  await page.addInitScript(WATCH)
}

describe.skipIf(browserFound === null)('the page', () => {
  let pages: BillingPages

  beforeAll(async () => {
    pages = await openBillingPages(browserFound!)
  })

  afterEach(() => pages.closePages())
  afterAll(() => pages?.close())

  /** At the rate of usage, for so long: the n-th event is `work(n)`. */
  async function underLoad(seconds: number, work: (event: number) => Promise<void>): Promise<void> {
    const from = performance.now()
    for (let event = 0; event < seconds * EVENTS_PER_SECOND; event++) {
      await work(event)
      const restMs = from + (event + 1) * (1_000 / EVENTS_PER_SECOND) - performance.now()
      if (restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs))
    }
  }

  describe('a notice', () => {
    const CARDS = {
      balance: '.balance-card',
      auto: '.settings-card',
      method: '.settings-rows',
      alerts: '.settings-rows',
      payments: '.history',
    } as const

    /** Facts for a notice of each placement: an approval, an expired card, a cap nearly used, a level, a payment, credit. */
    async function accountWithAllNotices(): Promise<string> {
      const { api } = pages
      const accountId = await pages.account(50_000_000n)
      const [approving, debit] = [await api.addCard(accountId, 'needsApproval'), await saveDebit(accountId)]
      const auto = { ...SETTINGS, amountMicros: 5_000_000n, monthlyCapMicros: 25_000_000n }
      const good = await api.addCard(accountId, 'good', auto)
      await api.save(accountId, auto, good)
      await pages.use(accountId, 58_000_000n)
      await until('four are charged', async () => (await pages.charges(accountId)) === 4)
      await setAlertLevels(api, accountId, { lowMicros: 5_000_000n, customMicros: 40_000_000n, actor: 'ann' })
      for (const methodId of [approving, debit]) {
        const wanted = { accountId, amountMicros: 30_000_000n, methodId, actor: 'ann' }
        expect(await requestTopUp(api, wanted, methodId)).not.toHaveProperty('refused')
      }
      const expired = { ...cardOf(`expired card of ${accountId}`), expiryMonth: 1, expiryYear: 2020 }
      const consent = consentFor(auto, expired.methodId)
      const added = await addPaymentMethod(api, { accountId, method: expired, consent, actor: 'ann' })
      expect(added).not.toHaveProperty('refused')
      return accountId
    }

    async function saveDebit(accountId: string): Promise<string> {
      const saved = { accountId, number: SEPA, consent: () => null, actor: 'ann' }
      return saveCard(pages.api, pages.api.provider.desk, saved)
    }

    async function noticesOf(accountId: string, role: 'admin' | 'member'): Promise<Notices> {
      const token = await pages.api.person(accountId, role)
      return (await pages.api.ask('GET', `/v1/accounts/${accountId}/notices`, { token })).body
    }

    it('is one banner, the gravest, and all others are in the card that they concern', async () => {
      const accountId = await accountWithAllNotices()
      const expected = ['approve', 'expired', 'cap_nearly_used', 'custom', 'processing', 'added']
      await until('all of it holds', async () => {
        const keys = (await noticesOf(accountId, 'admin')).items.map(({ key }) => key)
        return expected.every((key) => keys.includes(key as (typeof keys)[number]))
      })
      // The debit succeeds after half a minute, which a worker would find.
      await pages.withoutWorker(async () => {
        const notices = await noticesOf(accountId, 'admin')
        const [first, ...others] = notices.items
        expect(notices.items.filter(({ is_banner }) => is_banner)).toEqual([first])
        expect(new Set(notices.items.map(({ placement }) => placement)).size).toBe(5)
        const page = await pages.open(accountId, { browser: { timezoneId: 'UTC' } })
        await page.locator('.banner', { hasText: shownText(first!, notices).title }).waitFor()
        await expect.poll(() => page.locator('.banner').count()).toBe(1)
        for (const notice of others) {
          const { title, body } = shownText(notice, notices)
          const line = page.locator(`${CARDS[notice.placement]} .inline-notice`, { hasText: title })
          // Strict: more than one would be an error.
          await line.waitFor()
          expect(await line.locator('p').textContent(), notice.key).toContain(`${title} ${body}`.trim())
        }
        await expect.poll(() => page.locator('.inline-notice').count()).toBe(others.length)
      })
    })

    it('shows a member no control, no card and no reason', async () => {
      const accountId = await pages.account(5_000_000n)
      const methodId = await pages.api.addCard(accountId, 'good')
      const session = await pages.api.session(accountId, 'member', 'max')
      const page = await pages.open(accountId, { role: 'member', person: 'max' })
      await page.getByText(/Ask an admin: ann or ben\./).waitFor()
      await page.getByText('Only admins can change this: ann and ben.').waitFor()
      await page.locator('.table').waitFor()
      const buttons = async () => (await page.getByRole('button').allInnerTexts()).filter((name) => name !== '')
      await expect.poll(buttons).toEqual(['Show figures', 'Filters', 'Adjustment', 'Sign out'])
      expect(await page.content()).not.toContain('4242')
      const path = `/v1/accounts/${accountId}`
      for (const [method, part, body] of [
        ['POST', 'top-ups', { amount: '25.00', method_id: methodId }],
        ['PUT', 'auto-top-up', { is_on: false, threshold: '1.00', amount: '5.00', monthly_cap: null, consent: null }],
        [
          'POST',
          'payment-method-setups',
          { return_url: `${pages.api.url}/billing/x`, make_default: true, consent: null },
        ],
        ['PUT', `payment-methods/${methodId}/default`, { consent: null }],
        ['DELETE', `payment-methods/${methodId}`, undefined],
        ['PUT', 'alert-levels', { low: null, custom: '1.00' }],
        ['POST', 'exports', { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' }],
      ] as const) {
        const headers = { 'if-match': '*', 'idempotency-key': part }
        const { status } = await pages.api.ask(method, `${path}/${part}`, { session, body, headers })
        expect(status, part).toBe(403)
      }
      expect(await pages.charges(accountId)).toBe(0)
    })
  })

  describe('a balance', () => {
    it.each([
      [
        'EUR',
        'de-DE',
        [
          [9_999_000n, '9,99 €', 'Das Guthaben geht zur Neige: noch 9,99 €.'],
          [4_000n, 'weniger als 0,01 €', 'Das Guthaben geht zur Neige: noch weniger als 0,01 €.'],
          [0n, '0,00 €', 'Laden Sie Guthaben auf, um Anrufe zu entsperren.'],
          [-4_000n, '−0,01 €', 'Laden Sie mehr als 0,01 € auf, um Anrufe zu entsperren.'],
        ],
      ],
      [
        'USD',
        'en-US',
        [
          [9_999_000n, '$9.99', 'Credit is running low: $9.99 left.'],
          [4_000n, 'less than $0.01', 'Credit is running low: less than $0.01 left.'],
          [0n, '$0.00', 'Add credit to unblock calls.'],
          [-4_000n, '−$0.01', 'Add more than $0.01 to unblock calls.'],
        ],
      ],
    ] as const)(
      'in %s, read in %s, never shows more than there is, consistently everywhere',
      async (currency, locale, rows) => {
        const tariff = currency === 'USD' ? { currency, tariff: 'bare-usd', packages: [] } : {}
        const accountId = await pages.account(20_000_000n, tariff)
        await pages.api.addCard(accountId, 'good')
        let balance = 20_000_000n
        const page = await pages.open(accountId, { locale })
        for (const [micros, shown, said] of rows) {
          await adjust(pages.api, accountId, micros - balance, 'for the test')
          balance = micros
          const isBlocked = micros <= 0n
          await page.locator('.balance-figure', { hasText: exactly(shown) }).waitFor()
          await page.locator('.banner', { hasText: said }).waitFor()
          const counts = () =>
            Promise.all(
              ['.banner.severity-critical', '.balance-card .tone-critical', '.balance-card .tone-success'].map((part) =>
                page.locator(part).count(),
              ),
            )
          await expect.poll(counts, { message: shown }).toEqual(isBlocked ? [1, 1, 0] : [0, 0, 1])
        }
      },
    )
  })

  describe('while it is open', () => {
    const PLACES = [
      ['1280 px wide, in English', { width: 1_280, height: 900 }, 'en-US'],
      ['320 px wide, in German', { width: 320, height: 700 }, 'de-DE'],
    ] as const

    it.each(PLACES)(
      'shifts nothing from the first paint on, at 50 events a second: %s',
      async (_, viewport, locale) => {
        const accountId = await pages.account(1_002_000_000n)
        await pages.api.save(accountId, { thresholdMicros: 1_000_000n }, await pages.api.addCard(accountId, 'good'))
        const page = await pages.open(accountId, {
          locale,
          browser: { viewport },
          prepare: async (fresh) => {
            await fresh.clock.install()
            await watched(fresh)
          },
        })
        const figure = page.locator('.balance-figure')
        const first = await figure.textContent()
        await underLoad(3, () => pages.use(accountId, 40_000n))
        await completeRollUp(pages.api.pool)
        await until('the last of it is shown', async () => /996[.,]00/.test((await figure.textContent()) ?? ''))
        expect(first).toMatch(/1[.,]002[.,]00/)
        // Today's usage is polled twice a minute.
        await page.clock.fastForward(31_000)
        await page
          .getByText(/6[.,]00/)
          .first()
          .waitFor()
        expect(await shiftsOn(page)).toEqual([])
        expect(await announcedOn(page)).toEqual([])
      },
    )

    it.each([
      ['a checklist', null],
      ['a banner', 5_000_000n],
    ] as const)('shifts nothing while it loads %s', async (_, credit) => {
      const accountId = await pages.account(credit)
      const page = await pages.open(accountId, { prepare: watched })
      await page.locator('.banner, .set-up').waitFor()
      await page.locator('.page-footer').waitFor()
      await page
        .getByText(/^(Adjustment|Nothing has used credit yet\.)$/)
        .first()
        .waitFor()
      expect(await shiftsOn(page)).toEqual([])
    })

    it('announces one thing in half a minute, however often calls stop and work again', async () => {
      const accountId = await pages.account(20_000_000n)
      const page = await pages.openLive(accountId, {
        prepare: async (fresh) => {
          await fresh.clock.install()
          await watched(fresh)
        },
      })
      // Blocked for a second at a time, which is longer than the page takes to paint.
      await underLoad(4, (event) =>
        adjust(pages.api, accountId, Math.floor(event / 50) % 2 === 0 ? -1_000_000n : 1_000_000n),
      )
      await page.getByText('No calls are blocked').waitFor()
      await until('both are announced', async () => (await announcedOn(page)).length >= 2)
      expect((await announcedOn(page)).map(([role]) => role).toSorted()).toEqual(['alert', 'status'])
      expect((await announcedOn(page)).map(([, text]) => text)).toContain('Outbound and toll-free calls are blocked.')
      // Followed by the final state.
      await page.clock.fastForward(31_000)
      await until('the newest is announced', async () => (await announcedOn(page)).length === 3)
      expect((await announcedOn(page)).at(-1)).toEqual(['status', 'No calls are blocked any more.'])
    })

    it('makes room for a new banner once, and shifts nothing above it', async () => {
      const accountId = await pages.account(20_000_000n)
      await pages.api.addCard(accountId, 'good')
      const page = await pages.open(accountId, { prepare: watched })
      await page.locator('[role=alert].visually-hidden').waitFor({ state: 'attached' })
      await adjust(pages.api, accountId, -25_000_000n)
      await page.locator('.banner', { hasText: 'Credit has run out.' }).waitFor()
      await page.locator('.balance-figure', { hasText: '−€5.00' }).waitFor()
      // Reported with the frame after it.
      const isOfBanner = ({ sources }: Moved) => sources.includes('columns')
      await until('the browser has reported what the banner shifted', async () =>
        (await shiftsOn(page)).some(isOfBanner),
      )
      const moved = await shiftsOn(page)
      // If the balance arrives before the banner, its card says since when calls are blocked until the banner says why.
      expect(moved.filter(isOfBanner)).toHaveLength(1)
      expect(moved.length).toBeLessThanOrEqual(2)
      expect(moved.reduce((sum, { value }) => sum + value, 0)).toBeLessThan(GOOD_SHIFT)
      await underLoad(1, () => adjust(pages.api, accountId, -10_000n))
      await page.locator('.balance-figure', { hasText: '−€5.50' }).waitFor()
      expect(await shiftsOn(page)).toEqual(moved)
    })
  })
})
