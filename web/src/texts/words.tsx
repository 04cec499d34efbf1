/** The reader's words and formats, for all components below. */
import { createContext, type ReactNode, use, useContext, useEffect, useMemo } from 'react'
import { readerLocale } from '../../../src/texts/reader-locale.ts'
import type { Area, Texts } from './ids.ts'
import { loadTexts, translator } from './texts.ts'
import { type Words, type WordsOptions, wordsOf } from './words-of.ts'

export type { Words } from './words-of.ts'

interface Known {
  readonly texts: Texts
  readonly words: Words
}

const WordsContext = createContext<Known | null>(null)

export function useWords(): Words {
  return useKnown().words
}

function useKnown(): Known {
  const known = useContext(WordsContext)
  if (known === null) throw new TypeError('useWords outside of WordsProvider')
  return known
}

/** Suspends until the texts are loaded. */
export function WordsProvider({ options, children }: { options: WordsOptions; children: ReactNode }) {
  const { timeZone, now } = options
  const locale = readerLocale(options.locale)
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  const texts = useTexts(locale, 'page')
  const known = useMemo(
    () => ({ texts, words: wordsOf(texts, { locale, timeZone, ...(now ? { now } : {}) }) }),
    [texts, locale, timeZone, now],
  )
  return <WordsContext value={known}>{children}</WordsContext>
}

/** Adds the texts of one more area. Suspends until they are loaded. */
export function MoreWords({ area, children }: { area: Area; children: ReactNode }) {
  const base = useKnown()
  const { locale } = base.words
  const more = useTexts(locale, area)
  const known = useMemo(() => {
    const texts = { ...base.texts, ...more }
    return { texts, words: { ...base.words, t: translator(texts, locale) } }
  }, [base, more, locale])
  return <WordsContext value={known}>{children}</WordsContext>
}

/**
 * Loaded texts do not suspend, because React would then show nothing for 300 ms. `use` is called for them as well: React may
 * render a component that has suspended a second time from where it was, and then counts on the same calls.
 */
function useTexts(locale: string, area: Area): Texts {
  return use(loadTexts(locale, area))
}
