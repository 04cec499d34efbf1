/** What is said where something could not be saved. */
import { expect, it } from 'vitest'
import { type Refusal, saveFaultText } from '../../../web/src/credit/save-fault-text.ts'
import { loadTexts, translator } from '../../../web/src/texts/texts.ts'

const t = translator(await loadTexts('en', 'dialogs'), 'en')
const words = { t, dates: { time: (instant: string) => instant.slice(11, 16) } }
const people = {
  self: { id: 'ana' },
  contacts: [
    { id: 'ben', email: 'ben@acme.example' },
    { id: 'cem', email: null },
  ],
}

const refused = (status: number): Refusal => ({ status, problem: undefined })
const changedBy = (changed_by: string | null) =>
  ({
    status: 412,
    problem: { current: { etag: '"2"', changed_by, changed_at: '2026-07-14T14:02:00.000000Z' } },
  }) as Refusal

it.each<[refusal: Refusal | null, said: string]>([
  [null, 'This could not be saved. Check your connection, then try again.'],
  [refused(503), 'This could not be saved. Check your connection, then try again.'],
  [refused(429), 'This could not be saved. Check your connection, then try again.'],
  [refused(409), 'This cannot be saved now.'],
  [changedBy('ben'), 'ben@acme.example changed this at 14:02.'],
  [changedBy('ana'), 'You changed this at 14:02, on another page.'],
  [changedBy('cem'), 'Somebody changed this at 14:02.'],
  [changedBy('api-key back-office'), 'Somebody changed this at 14:02.'],
  [changedBy(null), 'Somebody changed this at 14:02.'],
])('%o: %s', (refusal, said) => {
  expect(saveFaultText(refusal, people, words)).toBe(said)
})
