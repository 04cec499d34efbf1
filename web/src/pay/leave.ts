/** To the provider's and the bank's pages and back, in this tab; in a frame, which they refuse to be in, in a tab of their own. */

export function isEmbedded(): boolean {
  return window.top !== window.self
}

/** Where to come back to: nothing of what was done stands in it. */
export function pageUrl(): string {
  return `${location.origin}${location.pathname}`
}

/** For a link to a page elsewhere. */
export function linkTarget(): '_blank' | undefined {
  return isEmbedded() ? '_blank' : undefined
}
