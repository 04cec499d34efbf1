/** Texts by area and language, loaded with the code that needs them. */
import { formatMessage, type Message, type MessageValues, parseMessage } from './icu.ts'
import type { Area, TextId, Texts } from './ids.ts'

/** Throws `TypeError` for a text whose area is not loaded. */
export type Translate = (id: TextId, values?: MessageValues) => string

/** Marked once it is kept, in the form that React's `use` reads without suspending. */
interface Coming extends Promise<Texts> {
  status?: 'fulfilled'
  value?: Texts
}

/** By language and area. */
const known = new Map<string, Coming>()

/** English if the locale's language is missing. The promise is always the same one, unless loading failed. */
export function loadTexts(locale: string, area: Area): Promise<Texts> {
  const isGerman = new Intl.Locale(locale).language === 'de'
  const key = `${isGerman} ${area}`
  const earlier = known.get(key)
  if (earlier !== undefined) return earlier
  const coming: Coming = importTexts(isGerman, area)
  known.set(key, coming)
  coming.then(
    (texts) => Object.assign(coming, { status: 'fulfilled', value: texts }),
    // The next call tries again.
    () => known.delete(key),
  )
  return coming
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
