/** Shows the customer's colour on the page, as it is readable in each theme. */
import { brandColors, THEMES } from '../../../src/look/brand.ts'

export function showBrand(root: HTMLElement, color: string): void {
  const colors = brandColors(color)
  for (const theme of THEMES) {
    if (colors === null) root.style.removeProperty(`--brand-${theme}`)
    else root.style.setProperty(`--brand-${theme}`, colors[theme])
  }
}
