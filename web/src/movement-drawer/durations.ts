/** Durations to the second, for figures that are multiplied by a price. */
import { durationPhrase } from '../credit/movement-words.ts'
import type { Words } from '../texts/words-of.ts'

const HOUR = 3600

/** Such as `2 min 10 s` or `1 h 2 min 5 s`, without line breaks. */
export function exactDuration(seconds: number, words: Pick<Words, 't'>): string {
  return phrase(seconds, words).replaceAll(' ', '\u00a0')
}

function phrase(seconds: number, { t }: Pick<Words, 't'>): string {
  if (seconds < HOUR || seconds % 60 === 0) return durationPhrase(seconds, t)
  const hours = Math.floor(seconds / HOUR)
  return t('how.longDuration', { hours, minutes: Math.floor((seconds % HOUR) / 60), seconds: seconds % 60 })
}
