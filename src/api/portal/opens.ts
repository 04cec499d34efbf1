/**
 * Dialogs that the billing page may open with: the dashboard names one when it asks for a link, and the page's address
 * carries it beside the token. It identifies nobody and does nothing else.
 */
export const OPENS = ['export'] as const

export type Opens = (typeof OPENS)[number]

/** Reads it from an address or a form; null if it names none that is known. */
export function opensOf(given: unknown): Opens | null {
  return OPENS.find((known) => known === given) ?? null
}
