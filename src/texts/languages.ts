/** All languages at once, for those that write to people of each: a page that speaks one imports that one's messages. */
import { de } from './de.ts'
import { en } from './en.ts'
import { type Messages, type Texts, textsOf } from './texts.ts'

export const LANGUAGES = { en, de } as const satisfies Record<string, Messages>
export type Language = keyof typeof LANGUAGES

/** English as nobody in particular writes it, for readers of a language that there is none of. */
const OTHERWISE = 'en-US'

const made = new Map<string, Texts>()

/** In the language of a locale such as `de-AT`; English where there is nothing in it, or nobody knows how to write it. */
export function textsFor(locale: string): Texts {
  let texts = made.get(locale)
  if (texts === undefined) {
    const language = languageOf(locale)
    texts = language === null ? textsOf(en, 'en', OTHERWISE) : textsOf(LANGUAGES[language], language, locale)
    made.set(locale, texts)
  }
  return texts
}

function languageOf(locale: string): Language | null {
  try {
    const { language } = new Intl.Locale(locale)
    return Object.hasOwn(LANGUAGES, language) ? (language as Language) : null
  } catch {
    return null
  }
}
