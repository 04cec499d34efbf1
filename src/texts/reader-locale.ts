/** The locale that a reader is written to in: words, dates and lists are of one language, amounts and dates of their region. */

const SPOKEN: readonly string[] = ['en', 'de']
const OTHERWISE = 'en-US'

/** `de-AT` stays; `nl-NL` becomes `en-NL`, English as it is written there; what is no locale becomes `en-US`. */
export function readerLocale(locale: string): string {
  try {
    const { language, region = new Intl.Locale(language).maximize().region } = new Intl.Locale(locale)
    if (SPOKEN.includes(language)) return locale
    return region === undefined ? OTHERWISE : `en-${region}`
  } catch {
    return OTHERWISE
  }
}
