import { expect, it } from 'vitest'
import { loadTexts } from '../../../web/src/texts/texts.ts'

it('come as one promise, in a form that React reads at once when they are loaded', async () => {
  const coming = loadTexts('de-AT', 'live')
  expect(coming).not.toHaveProperty('status')
  expect(loadTexts('de-DE', 'live')).toBe(coming)
  expect(loadTexts('en-IE', 'live')).not.toBe(coming)
  const texts = await coming
  expect(coming).toMatchObject({ status: 'fulfilled', value: texts })
  expect(loadTexts('de-DE', 'live')).toBe(coming)
})
