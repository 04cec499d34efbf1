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
