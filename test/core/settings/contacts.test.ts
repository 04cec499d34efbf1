import { expect, it } from 'vitest'
import { isLocale, localeFor } from '../../../src/core/settings/contacts.ts'

const CONTACTS = [
  { id: 'ann', locale: 'de-AT' },
  { id: 'zoe', locale: 'de-a' },
]

it.each([
  // requested, person, language of the texts
  ['fr', 'ann', 'fr'],
  [null, 'ann', 'de-AT'],
  [null, 'zoe', 'en-GB'],
  [null, 'ben', 'en-GB'],
])('requested as %s, %s gets texts in %s', (requested, personId, locale) => {
  expect(localeFor({ personId, requested }, CONTACTS, 'en-GB')).toBe(locale)
})

it.each([
  ['de', true],
  ['de-AT', true],
  ['zh-Hant-TW', true],
  ['de-a', false],
  ['de_AT', false],
  ['x', false],
  ['', false],
])('%s is a supported language: %s', (text, is) => {
  expect(isLocale(text)).toBe(is)
})
