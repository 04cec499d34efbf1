/** What the pages around the billing page say, in English and German. Words of the page itself, too, as long as it is plain. */
import { floorToCents, formatMoney, type Micros } from '../../core/money.ts'

const ENGLISH = {
  language: 'en',
  opening: 'Opening Billing',
  open: 'Open Billing',
  linkOver: 'This link has expired.',
  linkOverHint: (product: string) => `A link works once, for five minutes. Open Billing again from ${product}.`,
  backTo: (product: string) => `Back to ${product}`,
  sessionOver: 'Your session has ended.',
  sessionOverHint: (product: string) => `Open Billing again from ${product}.`,
  signedOut: 'You have signed out.',
  tooMany: 'Too many requests.',
  tooManyHint: (seconds: number) => `Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`,
  failed: 'Billing could not be loaded.',
  failedHint: 'Try again in a moment.',
  notSignedOut: 'You are still signed in.',
  notSignedOutHint: 'Sign out from the billing page itself.',
  billing: 'Billing',
  sandbox: 'Sandbox: no real money moves',
  balance: 'Balance',
  lessThan: (amount: string) => `less than ${amount}`,
  active: 'No calls are blocked',
  blockedSince: (since: string) =>
    `Blocked since ${since}: all outbound calls, including those in your package, and inbound calls to toll-free numbers. Working: inbound calls to standard numbers, emergency calls.`,
  closed: (since: string) => `Closed on ${since}. Late usage can still be debited.`,
  signedInAs: (name: string) => `Signed in as ${name}`,
  admin: 'Admin',
  member: 'Member',
  signOut: 'Sign out',
}

export type PortalTexts = typeof ENGLISH

const GERMAN: PortalTexts = {
  language: 'de',
  opening: 'Abrechnung wird geöffnet',
  open: 'Abrechnung öffnen',
  linkOver: 'Dieser Link ist abgelaufen.',
  linkOverHint: (product) =>
    `Ein Link gilt einmal, fünf Minuten lang. Öffnen Sie die Abrechnung erneut von ${product} aus.`,
  backTo: (product) => `Zurück zu ${product}`,
  sessionOver: 'Ihre Sitzung ist beendet.',
  sessionOverHint: (product) => `Öffnen Sie die Abrechnung erneut von ${product} aus.`,
  signedOut: 'Sie haben sich abgemeldet.',
  tooMany: 'Zu viele Anfragen.',
  tooManyHint: (seconds) => `Versuchen Sie es in ${seconds} ${seconds === 1 ? 'Sekunde' : 'Sekunden'} erneut.`,
  failed: 'Die Abrechnung konnte nicht geladen werden.',
  failedHint: 'Versuchen Sie es in einem Moment erneut.',
  notSignedOut: 'Sie sind noch angemeldet.',
  notSignedOutHint: 'Melden Sie sich auf der Abrechnungsseite selbst ab.',
  billing: 'Abrechnung',
  sandbox: 'Sandbox: es fließt kein echtes Geld',
  balance: 'Guthaben',
  lessThan: (amount) => `weniger als ${amount}`,
  active: 'Es sind keine Anrufe gesperrt',
  blockedSince: (since) =>
    `Gesperrt seit ${since}: alle ausgehenden Anrufe, auch die in Ihrem Paket, und eingehende Anrufe auf gebührenfreie Nummern. Es funktionieren: eingehende Anrufe auf Standardnummern, Notrufe.`,
  closed: (since) => `Geschlossen am ${since}. Spätere Nutzung kann noch abgebucht werden.`,
  signedInAs: (name) => `Angemeldet als ${name}`,
  admin: 'Admin',
  member: 'Mitglied',
  signOut: 'Abmelden',
}

/** English where there is nothing in the language of the locale. */
export function textsFor(locale: string): PortalTexts {
  return new Intl.Locale(locale).language === 'de' ? GERMAN : ENGLISH
}

/** To the cent, and never more than there is: below zero it is rounded away from it, and what is under a cent is said so. */
export function shownBalance(balanceMicros: Micros, currency: string, locale: string): string {
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency })
  const ofMicros = (micros: Micros) => format.format(formatMoney(micros) as Intl.StringNumericLiteral)
  // What Intl writes is a hyphen in most languages.
  const written = (micros: Micros) => ofMicros(micros).replace('-', '−')
  const cents = floorToCents(balanceMicros)
  return cents === 0n && balanceMicros > 0n ? textsFor(locale).lessThan(written(10_000n)) : written(cents)
}

/** In UTC, and said so: where the reader is, the server does not know. */
export function shownInstant(instant: string, locale: string): string {
  const format = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  return `${format.format(new Date(instant))} UTC`
}
