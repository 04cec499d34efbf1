/** Whatever state the page is in, everybody can read it: nothing serious for axe to find, light or dark. */
import { AxeBuilder } from '@axe-core/playwright'
import { expect, it } from 'vitest'
import { describeInBrowser, forEachState } from './in-browser.ts'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

describeInBrowser('every state of the gallery', (gallery) => {
  it('has nothing serious for axe to find, light or dark', { timeout: 600_000 }, async () => {
    const found: string[] = []
    await forEachState(gallery(), 'en-IE', async (state, page) => {
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
})
