/** Leaving for the provider's and the bank's pages: in this tab, or from a frame, which they refuse, in a new one. */

export function isEmbedded(): boolean {
  return window.top !== window.self
}

/** Where to return to; the address contains nothing of what was done. */
export function pageUrl(): string {
  return `${location.origin}${location.pathname}`
}

/** The target of a link to such a page. */
export function linkTarget(): '_blank' | undefined {
  return isEmbedded() ? '_blank' : undefined
}
