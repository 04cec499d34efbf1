/** Texts by area and language, loaded with the code that needs them. */
import { formatMessage, type Message, type MessageValues, parseMessage } from './icu.ts'
import type { Area, TextId, Texts } from './ids.ts'

/** Throws `TypeError` for a text whose area is not loaded. */
export type Translate = (id: TextId, values?: MessageValues) => string

/** By language and area: loaded texts, or the promise of them. */
const known = new Map<string, Texts | Promise<Texts>>()

/** English if the locale's language is missing. Repeated calls while loading return the same promise. */
export function textsOf(locale: string, area: Area): Texts | Promise<Texts> {
  const isGerman = new Intl.Locale(locale).language === 'de'
  const key = `${isGerman} ${area}`
  const texts = known.get(key)
  if (texts !== undefined) return texts
  const coming = importTexts(isGerman, area)
  known.set(key, coming)
  coming.then(
    (there) => known.set(key, there),
    // The next call tries again.
    () => known.delete(key),
  )
  return coming
}

export async function loadTexts(locale: string, area: Area): Promise<Texts> {
  return await textsOf(locale, area)
}

async function importTexts(isGerman: boolean, area: Area): Promise<Texts> {
  switch (area) {
    case 'page':
      return (await (isGerman ? import('./de/first-view.ts') : import('./en/first-view.ts'))).FIRST_VIEW
    case 'charts':
      return (await (isGerman ? import('./de/charts.ts') : import('./en/charts.ts'))).CHARTS
    case 'history':
      return (await (isGerman ? import('./de/history.ts') : import('./en/history.ts'))).HISTORY
    case 'pay':
      return (await (isGerman ? import('./de/pay.ts') : import('./en/pay.ts'))).PAY
    case 'dialogs':
      return (await (isGerman ? import('./de/dialogs.ts') : import('./en/dialogs.ts'))).DIALOGS
    case 'live':
      return (await (isGerman ? import('./de/live.ts') : import('./en/live.ts'))).LIVE
    case 'export':
      return (await (isGerman ? import('./de/export.ts') : import('./en/export.ts'))).EXPORT
    case 'movements':
      return (await (isGerman ? import('./de/movements.ts') : import('./en/movements.ts'))).MOVEMENTS
    case 'movement':
      return (await (isGerman ? import('./de/movement.ts') : import('./en/movement.ts'))).MOVEMENT
  }
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
