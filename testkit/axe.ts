/** Finds accessibility problems with axe: serious and critical violations of the rules of WCAG 2.2 AA. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface GraveFinding {
  readonly rule: string
  readonly element: string
}

/** The rule about colours takes about as long as all others together. */
const CONTRAST = 'color-contrast'

/**
 * Checks all rules, only the one about colours, or all others. axe runs in the page: its own driver opens a tab each time,
 * which is ten times slower.
 */
export async function findGrave(
  page: Page,
  rules: 'all' | 'only colours' | 'all but colours' = 'all',
): Promise<GraveFinding[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(source)
  const options = {
    runOnly: rules === 'only colours' ? { type: 'rule', values: [CONTRAST] } : { type: 'tag', values: TAGS },
    rules: { [CONTRAST]: { enabled: rules !== 'all but colours' } },
    resultTypes: ['violations'],
  }
  return (await page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ rule: id, element: html }))))`)) as GraveFinding[]
}
