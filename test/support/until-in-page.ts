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
