/** Whatever state the page is in, it fits any screen and any finger, and it speaks to nobody else. */
import type { Page } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import { describeInBrowser, forEachState } from './in-browser.ts'

const SMALL_TARGETS = `[...document.querySelectorAll('button, input, select')]
  .filter((one) => one.getClientRects().length > 0)
  .filter((one) => Math.min(one.offsetHeight, one.offsetWidth) < 24 && !one.closest('label'))
  .map((one) => one.outerHTML)`

const CUT_OFF = `[...document.querySelectorAll('main *, [role=dialog] *')]
  .filter((one) => one.getClientRects().length > 0 && !one.closest('.visually-hidden, svg'))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
  .map((one) => one.className || one.tagName)`

describeInBrowser('every state of the gallery', (gallery) => {
  it.each(['en-IE', 'de-DE'])(
    'in %s has large enough targets, no error and no word of its maker, asks nobody else, and fits 320 px (1280 px at four times the size)',
    { timeout: 300_000 },
    async (locale) => {
      const { origin } = new URL(inject('galleryUrl'))
      const found: string[] = []
      await forEachState(gallery(), locale, async (state, page) => {
        expect(await page.content(), state).not.toMatch(/tollgate/i)
        const foreign = gallery().requests.filter((url) => new URL(url).origin !== origin && !url.startsWith('data:'))
        expect(foreign, state).toEqual([])
        expect(gallery().errors, state).toEqual([])
        found.push(...(await list(page, SMALL_TARGETS)).map((target) => `${state} has a small target: ${target}`))
        await page.setViewportSize({ width: 320, height: 256 })
        const width = await page.evaluate('document.documentElement.scrollWidth')
        if (width !== 320) found.push(`${state} is ${width} px wide`)
        found.push(...(await list(page, CUT_OFF)).map((part) => `${state} cuts off ${part}`))
      })
      expect(found).toEqual([])
    },
  )
})

async function list(page: Page, script: string): Promise<string[]> {
  return (await page.evaluate(script)) as string[]
}
