/** The locale to write in: the language must be one that we have, the region for amounts and dates is the reader's. */

const SPOKEN: readonly string[] = ['en', 'de']
const FALLBACK = 'en-US'

/** `de-AT` stays; `nl-NL` becomes `en-NL`; an invalid locale becomes `en-US`. */
export function readerLocale(locale: string): string {
  try {
    const { language, region = new Intl.Locale(language).maximize().region } = new Intl.Locale(locale)
    if (SPOKEN.includes(language)) return locale
    return region === undefined ? FALLBACK : `en-${region}`
  } catch {
    return FALLBACK
  }
}
