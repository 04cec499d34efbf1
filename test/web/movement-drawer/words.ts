/** The words of the drawer for a fixed reader and day. */

import { loadTexts } from '../../../web/src/texts/texts.ts'
import { type Words, wordsOf } from '../../../web/src/texts/words-of.ts'

export async function drawerWords(locale: string): Promise<Words> {
  const texts = {
    ...(await loadTexts(locale, 'page')),
    ...(await loadTexts(locale, 'history')),
    ...(await loadTexts(locale, 'movement')),
  }
  return wordsOf(texts, { locale, timeZone: 'Europe/Berlin', now: () => new Date('2026-07-14T10:00:00Z') })
}

export const [EN, DE] = await Promise.all([drawerWords('en-IE'), drawerWords('de-DE')])

/** With plain spaces, as in the tables of the tests. */
export function plain(text: string | null): string | null {
  return text === null ? null : text.replaceAll(/[\u00a0\u202f]/g, ' ')
}
