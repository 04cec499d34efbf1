/** Finds accessibility problems with axe: serious and critical violations of the rules of WCAG 2.2 AA. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface GraveFinding {
  readonly rule: string
  readonly element: string
}

/** Checks all these rules, or only one. axe runs in the page: its own driver opens a tab each time, which is ten times slower. */
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
