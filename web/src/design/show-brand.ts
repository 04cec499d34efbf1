/** Has the customer's colour shown on the page, as it is readable in each theme. */
import { brandFor } from './brand.ts'

export function showBrand(root: HTMLElement, color: string): void {
  for (const theme of ['light', 'dark'] as const) {
    const shown = brandFor(color, theme)
    // The default has colours of its own for both.
    if (shown === null || color.toLowerCase() === DEFAULT) root.style.removeProperty(`--brand-${theme}`)
    else root.style.setProperty(`--brand-${theme}`, shown)
  }
}

const DEFAULT = '#1f5fd6'
