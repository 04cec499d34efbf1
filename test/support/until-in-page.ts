/** Waits for what a page shows shortly after a request: an immediate look would succeed only now and then. */
import type { Page } from 'playwright-core'
import { until } from '../../testkit/until.ts'

const WITHIN_MS = 10_000

/**
 * Waits until an expression is true in the page. The browser's own waiting evaluates it within the page, which the page's
 * policy forbids from the second attempt on.
 */
export async function untilInPage(page: Page, expression: string): Promise<void> {
  await until(`in the page ${expression}`, async () => (await page.evaluate(expression)) === true, WITHIN_MS)
}

/**
 * Waits until the focused element has this label or, without one, this text. After something has closed, the focus moves later.
 */
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
