/** The people of an account who get mail, and the rules that a list of them keeps, wherever it comes from. */
export const CONTACT_ROLES = ['admin', 'billing'] as const
export type ContactRole = (typeof CONTACT_ROLES)[number]

export interface Contact {
  /** Unique within the account. */
  readonly id: string
  readonly email: string
  /** As in `de-DE`: the language of the mail. */
  readonly locale: string
  readonly role: ContactRole
}

/** Of a contact that says none. */
export const DEFAULT_LOCALE = 'en-US'

export const EMAIL_FORM = /^[^\s@]+@[^\s@]+$/
export const LOCALE_FORM = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*$/

/**
 * The language in which a person is spoken to: as asked for, else that of the contact that they are, else the installation's.
 * A contact's locale may have the form of one and be none that anybody knows how to write: then it says nothing.
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

/** Whether amounts and dates can be written for it: `de`, `de-AT`, and not `de-a`. */
export function isLocale(text: string): boolean {
  if (!LOCALE_FORM.test(text)) return false
  try {
    return Intl.getCanonicalLocales(text).length === 1
  } catch {
    return false
  }
}
