/** Which texts there are, by area and language. What is not needed at once is loaded with what needs it. */
import type { HISTORY } from './en/history.ts'
import type { NOTICES } from './en/notices.ts'
import type { PAGE } from './en/page.ts'
import { formatMessage, type Message, type MessageValues, parseMessage } from './icu.ts'

type TextsLike<Texts> = Readonly<Record<keyof Texts, string>>

export type PageTexts = TextsLike<typeof PAGE>
export type NoticeTexts = TextsLike<typeof NOTICES>
export type HistoryTexts = TextsLike<typeof HISTORY>

/** `history`: what is below the tabs. */
export type Area = 'page' | 'history'

export type TextId = keyof PageTexts | keyof NoticeTexts | keyof HistoryTexts

export type Texts = Readonly<Partial<Record<TextId, string>>>

/** Throws `TypeError` for a text whose area was not loaded. */
export type Translate = (id: TextId, values?: MessageValues) => string

/** English where there is nothing in the language of the locale. */
export async function loadTexts(locale: string, area: Area): Promise<Texts> {
  const isGerman = new Intl.Locale(locale).language === 'de'
  if (area === 'history') return (await (isGerman ? import('./de/history.ts') : import('./en/history.ts'))).HISTORY
  return (await (isGerman ? import('./de/first-view.ts') : import('./en/first-view.ts'))).FIRST_VIEW
}

export function translator(texts: Texts, locale: string): Translate {
  const parsed = new Map<TextId, Message>()
  return (id, values = {}) => {
    let message = parsed.get(id)
    if (message === undefined) {
      const text = texts[id]
      if (text === undefined) throw new TypeError(`the text ${id} is not loaded`)
      message = parseMessage(text)
      parsed.set(id, message)
    }
    return formatMessage(message, values, locale)
  }
}
