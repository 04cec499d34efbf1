/**
 * What the billing page may be opened with, as people come for it: the dashboard says so when it asks for a link. It goes along
 * with the token to the page's address, says nothing of anybody, and opens a dialog at the most.
 */
export const OPENS = ['export'] as const

export type Opens = (typeof OPENS)[number]

/** Of an address or a form; null: none, or nothing that there is. */
export function opensOf(given: unknown): Opens | null {
  return OPENS.find((known) => known === given) ?? null
}
