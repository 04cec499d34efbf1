/** Whatever state the page is in, everybody can read it, on any screen, and it speaks to nobody else. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import { statesOf } from '../../testkit/gallery-states.ts'
import { describeInBrowser } from './in-browser.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

describeInBrowser('every state of the gallery', (gallery) => {
  /** One test for all: their names are known only in the browser. */
  async function forEachState(look: (state: string, page: Page) => Promise<void>, locale = 'en-IE'): Promise<void> {
    const states = await statesOf(gallery().page, inject('galleryUrl'))
    expect(states.length).toBeGreaterThan(25)
    for (const state of states) await look(state, await gallery().open({ state, locale }))
  }

  it('has nothing serious for axe to find, light or dark', { timeout: 600_000 }, async () => {
    const found: string[] = []
    await forEachState(async (state, page) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme })
        const axe = new AxeBuilder({ page })
        // In the dark, colours alone are others.
        const { violations } = await (colorScheme === 'light'
          ? axe.withTags(TAGS)
          : axe.withRules('color-contrast')
        ).analyze()
        const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
        for (const { id, nodes } of grave) found.push(`${state} ${colorScheme} ${id}: ${nodes[0]?.html}`)
      }
    })
    expect(found).toEqual([])
  })

  it.each(['en-IE', 'de-DE'])(
    'fits a screen of 320 px in %s, as one of 1280 px does at four times the size',
    { timeout: 300_000 },
    async (locale) => {
      const found: string[] = []
      await forEachState(async (state, page) => {
        await page.setViewportSize({ width: 320, height: 256 })
        const width = await page.evaluate('document.documentElement.scrollWidth')
        if (width !== 320) found.push(`${state} is ${width} px wide`)
        const cut = (await page.evaluate(`[...document.querySelectorAll('main *, [role=dialog] *')]
        .filter((one) => one.getClientRects().length > 0 && !one.closest('.visually-hidden, svg'))
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
        .map((one) => one.className || one.tagName)`)) as string[]
        if (cut.length > 0) found.push(`${state} cuts off ${cut.join(', ')}`)
      }, locale)
      expect(found).toEqual([])
    },
  )

  it('has large enough targets, no error and no word of its maker, and asks nobody else', {
    timeout: 300_000,
  }, async () => {
    const { origin } = new URL(inject('galleryUrl'))
    const found: string[] = []
    await forEachState(async (state, page) => {
      expect(await page.content(), state).not.toMatch(/tollgate/i)
      expect(gallery().requests.filter((url) => new URL(url).origin !== origin && !url.startsWith('data:'))).toEqual([])
      expect(gallery().errors, state).toEqual([])
      const small = (await page.evaluate(`[...document.querySelectorAll('button, input, select')]
        .filter((one) => one.getClientRects().length > 0)
        .filter((one) => Math.min(one.offsetHeight, one.offsetWidth) < 24 && !one.closest('label'))
        .map((one) => one.outerHTML)`)) as string[]
      if (small.length > 0) found.push(`${state}: ${small[0]}`)
    })
    expect(found).toEqual([])
  })
})
