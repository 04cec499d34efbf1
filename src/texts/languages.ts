/** All languages together, for the server. A page, which has one language, imports that one's messages. */
import { de } from './de.ts'
import { en } from './en.ts'
import { readerLocale } from './reader-locale.ts'
import { type Messages, type Texts, textsOf } from './texts.ts'

export const LANGUAGES = { en, de } as const satisfies Record<string, Messages>
export type Language = keyof typeof LANGUAGES

const made = new Map<string, Texts>()

/** The texts in the language of a locale such as `de-AT`; English if that language is missing. */
export function textsFor(locale: string): Texts {
  let texts = made.get(locale)
  if (texts === undefined) {
    const written = readerLocale(locale)
    const { language } = new Intl.Locale(written)
    texts = textsOf(LANGUAGES[language as Language], language, written)
    made.set(locale, texts)
  }
  return texts
}
