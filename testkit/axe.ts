/** What axe finds on a page that somebody could not get past: of the rules of WCAG 2.2 AA, what is serious or critical. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface GraveFinding {
  readonly rule: string
  readonly element: string
}

/** By all those rules, or by one alone. Run in the page itself: a tab for each look, as axe's own driver has it, takes ten times as long. */
export async function findGrave(page: Page, onlyRule?: string): Promise<GraveFinding[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source)
  const options = {
    runOnly: onlyRule === undefined ? { type: 'tag', values: TAGS } : { type: 'rule', values: [onlyRule] },
    resultTypes: ['violations'],
  }
  return (await page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ rule: id, element: html }))))`)) as GraveFinding[]
}
