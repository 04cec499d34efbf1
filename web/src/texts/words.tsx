/** The reader's words and formats, for every component below. */
import { createContext, type ReactNode, use, useContext, useEffect } from 'react'
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

/** Suspends until the words are there. */
export function WordsProvider({ options: given, children }: { options: WordsOptions; children: ReactNode }) {
  const locale = readerLocale(given.locale)
  const options = { ...given, locale }
  useEffect(() => {
    document.documentElement.lang = locale
  }, [locale])
  return <WordsContext value={use(knownIn(options))}>{children}</WordsContext>
}

/** The words of one more area, for what is loaded with it. Suspends until they are there. */
export function MoreWords({ area, children }: { area: Area; children: ReactNode }) {
  const known = useKnown()
  return <WordsContext value={use(knownMore(known, area))}>{children}</WordsContext>
}

/** Asked for again, a promise has to be the same one. */
const first = new Map<string, Promise<Known>>()
const more = new WeakMap<Known, Map<Area, Promise<Known>>>()

function knownIn(options: WordsOptions): Promise<Known> {
  const { locale, timeZone } = options
  const key = `${locale} ${timeZone}`
  const known = first.get(key) ?? loadTexts(locale, 'page').then((texts) => ({ texts, words: wordsOf(texts, options) }))
  first.set(key, known)
  return known
}

function knownMore(base: Known, area: Area): Promise<Known> {
  const { locale } = base.words
  const areas = more.get(base) ?? new Map<Area, Promise<Known>>()
  more.set(base, areas)
  const known =
    areas.get(area) ??
    loadTexts(locale, area).then((loaded) => {
      const texts = { ...base.texts, ...loaded }
      return { texts, words: { ...base.words, t: translator(texts, locale) } }
    })
  areas.set(area, known)
  return known
}
