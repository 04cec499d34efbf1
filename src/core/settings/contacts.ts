/** The people of an account who get mail, and the rules for a list of them, whatever its source. */
export const CONTACT_ROLES = ['admin', 'billing'] as const
export type ContactRole = (typeof CONTACT_ROLES)[number]

export interface Contact {
  /** Unique within the account. */
  readonly id: string
  readonly email: string
  /** For example `de-DE`: the language of their mail. */
  readonly locale: string
  readonly role: ContactRole
}

/** For a contact without a locale. */
export const DEFAULT_LOCALE = 'en-US'

export const EMAIL_FORM = /^[^\s@]+@[^\s@]+$/
export const LOCALE_FORM = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/

/**
 * Returns the locale to use for a person: the requested one, else that of the matching contact, else the
 * installation's. A stored locale may be well-formed but unknown to the runtime; then it is ignored.
 */
export function localeFor(
  { personId, requested }: { readonly personId: string; readonly requested: string | null },
  contacts: readonly Pick<Contact, 'id' | 'locale'>[],
  ofInstallation: string,
): string {
  if (requested !== null) return requested
  const own = contacts.find(({ id }) => id === personId)?.locale
  return own !== undefined && isLocale(own) ? own : ofInstallation
}

/** Whether the runtime can format amounts and dates for it: true for `de` and `de-AT`, false for `de-a`. */
export function isLocale(text: string): boolean {
  if (!LOCALE_FORM.test(text)) return false
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
