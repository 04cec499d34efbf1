/** The plain pages around the Billing page: within their policy, accessible, and never wider than the screen. */
import { expect, it } from 'vitest'
import { findGrave } from '../../testkit/axe.ts'
import { openPlainPage, plainPages } from '../../testkit/plain-pages.ts'
import { describeInBrowser } from './in-browser.ts'

/** Too bright for white text, and too dark for a dark page. */
const COLORS = ['#1f5fd6', '#ffd400', '#120a3a']

describeInBrowser('every plain page', (gallery) => {
  it.each(COLORS)('has no serious accessibility problems, light or dark, with %s', async (color) => {
    const found: string[] = []
    const { page, errors } = gallery()
    errors.length = 0
    for (const [name, plain] of Object.entries(plainPages({ locale: 'en-IE', color }))) {
      await openPlainPage(page, plain)
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme })
        // Only the colours differ in the dark, or with another colour.
        const isFullCheck = colorScheme === 'light' && color === COLORS[0]
        const grave = await findGrave(page, isFullCheck ? 'all' : 'only colours')
        found.push(...grave.map(({ rule, element }) => `${name} ${colorScheme} ${rule}: ${element}`))
      }
    }
    expect(found).toEqual([])
    // An unintended page would show by its status; the policy blocks nothing.
    expect(errors.filter((error) => !/Failed to load resource: .* (404|410|422)/.test(error))).toEqual([])
  })

  it.each(['en-IE', 'de-DE'])('needs no horizontal scrolling at 320 px, in %s', async (locale) => {
    const { page } = gallery()
    await page.setViewportSize({ width: 320, height: 900 })
    for (const [name, plain] of Object.entries(plainPages({ locale }))) {
      await openPlainPage(page, plain)
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBeLessThanOrEqual(320)
    }
  })

  it('of the sandbox says first that no money moves, and that the bank’s page is simulated', async () => {
    const { page } = gallery()
    const pages = plainPages({ locale: 'en-IE' })
    for (const [name, plain] of Object.entries(pages).filter(([name]) => name.startsWith('sandbox-'))) {
      await openPlainPage(page, plain)
      expect(await page.getByText('Sandbox: no real money moves').isVisible(), name).toBe(true)
    }
    await openPlainPage(page, pages['sandbox-bank']!)
    expect(await page.getByText('This page stands in for a bank. It is not a bank.').isVisible()).toBe(true)
    expect(await page.getByText('€1,060.50').isVisible()).toBe(true)
  })

  it('with a fault focuses the field, which is described by it', async () => {
    const { page } = gallery()
    const pages = plainPages({ locale: 'en-IE' })
    for (const [name, label, says] of [
      ['sandbox-card-refused', 'Test card number', 'This is not a test card. Use one of the numbers below.'],
      ['sandbox-card-expired', 'Expiry, month and year', 'This card has expired. Use a later date.'],
    ] as const) {
      await openPlainPage(page, pages[name]!)
      const field = page.getByLabel(label)
      expect(await page.locator(':focus').getAttribute('id'), name).toBe(await field.getAttribute('id'))
      expect(await field.getAttribute('aria-describedby'), name).toMatch(/\berror$/)
      expect(await page.locator('#error').textContent(), name).toBe(says)
      expect(await page.title(), name).toMatch(/^Error: /)
    }
  })
})
