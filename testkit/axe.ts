/** Finds accessibility problems with axe: serious and critical violations of the rules of WCAG 2.2 AA. */
import { source } from 'axe-core'
import type { Page } from 'playwright-core'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

export interface GraveFinding {
  readonly rule: string
  readonly element: string
}

/** An element that is still fading in does not have its final colours yet. */
const FADES_ENDED = `Promise.all(document.getAnimations()
  .filter((one) => one.effect.getTiming().iterations !== Infinity)
  .map((one) => one.finished.catch(() => {}))).then(() => {})`

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
  await page.evaluate(FADES_ENDED)
  const options = {
    runOnly: rules === 'only colours' ? { type: 'rule', values: [CONTRAST] } : { type: 'tag', values: TAGS },
    rules: { [CONTRAST]: { enabled: rules !== 'all but colours' } },
    resultTypes: ['violations'],
  }
  return (await page.evaluate(`axe.run(${JSON.stringify(options)}).then(({ violations }) => violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => ({ rule: id, element: html }))))`)) as GraveFinding[]
}
