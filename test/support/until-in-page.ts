/** What comes to a page a moment after it was asked for: awaited, as a look at once would be right now and then. */
import type { Page } from 'playwright-core'
import { until } from '../../testkit/until.ts'

const WITHIN_MS = 10_000

/**
 * Until an expression is true in the page. The browser's own waiting evaluates it within the page, which the page's policy
 * forbids as soon as it has to ask a second time.
 */
export async function untilInPage(page: Page, expression: string): Promise<void> {
  await until(`in the page ${expression}`, async () => (await page.evaluate(expression)) === true, WITHIN_MS)
}

/** Until what has the focus has this label or, without one, says this. Of what has closed, the focus is sent on later. */
export async function untilFocusIsOn(page: Page, name: string): Promise<void> {
  let focused: unknown
  await until(
    `the focus is on ${name}`,
    async () => {
      focused = await page.evaluate(
        'document.activeElement.getAttribute("aria-label") || document.activeElement.textContent',
      )
      return focused === name
    },
    WITHIN_MS,
    () => focused,
  )
}
