/** The text when saving has failed. */
import { expect, it } from 'vitest'
import { saveFaultText } from '../../../web/src/credit/save-fault-text.ts'
import { loadTexts, translator } from '../../../web/src/texts/texts.ts'

const t = translator(await loadTexts('en', 'dialogs'), 'en')

it.each<[status: number | null, said: string]>([
  [null, 'This could not be saved. Check your connection, then try again.'],
  [503, 'This could not be saved. Check your connection, then try again.'],
  [429, 'This could not be saved. Check your connection, then try again.'],
  [409, 'This cannot be saved now.'],
])('%o: %s', (status, said) => {
  expect(saveFaultText(status, t)).toBe(said)
})
