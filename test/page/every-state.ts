/** Rules for every state of the page. Each language is a separate file, so that two run at the same time. */
import type { Page } from 'playwright-core'
import { expect, inject, it } from 'vitest'
import { findGrave } from '../../testkit/axe.ts'
import { describeInBrowser, forEachState } from './in-browser.ts'

const SMALL_TARGETS = `[...document.querySelectorAll('button, input, select')]
  .filter((one) => one.getClientRects().length > 0)
  .filter((one) => Math.min(one.offsetHeight, one.offsetWidth) < 24 && !one.closest('label'))
  .map((one) => one.outerHTML)`

const CUT_OFF = `[...document.querySelectorAll('main *, [role=dialog] *')]
  .filter((one) => one.getClientRects().length > 0 && !one.closest('.visually-hidden, svg'))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
  .map((one) => one.className || one.tagName)`

/** `areColoursSeen`: whether to check colours, light and dark. They are the same in every language, so one is enough. */
export function describeEveryState(locale: string, { areColoursSeen }: { readonly areColoursSeen: boolean }): void {
  describeInBrowser(`every state of the gallery in ${locale}`, (gallery) => {
    it('is accessible, fits 320 px (1280 px at 400 %), has large enough targets and no errors, and contacts no other server', {
      timeout: 600_000,
    }, async () => {
      const { origin } = new URL(inject('galleryUrl'))
      const found: string[] = []
      await forEachState(gallery(), locale, async (state, page) => {
        const { requests, errors } = gallery()
        const foreign = requests.filter((url) => new URL(url).origin !== origin && !url.startsWith('data:'))
        expect({ foreign, errors }, state).toEqual({ foreign: [], errors: [] })
        expect(await page.content(), state).not.toMatch(/tollgate/i)
        const grave = areColoursSeen
          ? [...(await findGrave(page)), ...(await withDarkColours(page, () => findGrave(page, 'only colours')))]
          : await findGrave(page, 'all but colours')
        found.push(...grave.map(({ rule, element }) => `${state} ${rule}: ${element}`))
        found.push(...(await list(page, SMALL_TARGETS)).map((target) => `${state} has a small target: ${target}`))
        await page.setViewportSize({ width: 320, height: 256 })
        const width = await page.evaluate('document.documentElement.scrollWidth')
        if (width !== 320) found.push(`${state} is ${width} px wide`)
        found.push(...(await list(page, CUT_OFF)).map((part) => `${state} cuts off ${part}`))
      })
      expect(found).toEqual([])
    })
  })
}

/** Only the colours differ there. */
async function withDarkColours<Result>(page: Page, look: () => Promise<Result>): Promise<Result> {
  await page.emulateMedia({ colorScheme: 'dark' })
  const result = await look()
  await page.emulateMedia({ colorScheme: 'light' })
  return result
}

async function list(page: Page, script: string): Promise<string[]> {
  return (await page.evaluate(script)) as string[]
}
