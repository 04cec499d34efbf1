/** The forms a telephone number may have, and what the catalog's numbering plan says of one. */
import type { Catalog, NumberingRow, NumberType } from '../catalog/catalog.ts'
import { longestPrefix } from '../catalog/prefix-table.ts'

export interface NumberFacts {
  /** ISO 3166 alpha-2; null when unknown, and for every short code. */
  readonly country: string | null
  readonly type: NumberType
}

const SHORT_CODE: NumberFacts = { country: null, type: 'special' }
/** What is said of a number of which nothing is known. */
export const UNKNOWN_NUMBER: NumberFacts = { country: null, type: 'fixed' }

/** Whether a text is `+` and 2 to 15 digits. */
export function isE164(text: string): boolean {
  return text.charCodeAt(0) === 43 && text.length >= 3 && text.length <= 16 && hasOnlyDigits(text, 1)
}

/** Whether a text is 2 to 6 bare digits, such as `112` or `60606`. */
export function isShortCode(text: string): boolean {
  return text.length >= 2 && text.length <= 6 && hasOnlyDigits(text, 0)
}

/** Whether a text is an E.164 number or a short code. */
export function isNumber(text: string): boolean {
  return isE164(text) || isShortCode(text)
}

/** Country and type of a number by its longest prefix. Free text, such as an alphanumeric sender, is unknown. */
export function numberFacts(catalog: Catalog, number: string): NumberFacts {
  if (isShortCode(number)) return SHORT_CODE
  if (!isE164(number)) return UNKNOWN_NUMBER
  return longestPrefix(catalog.numbering, number, acceptAny) ?? UNKNOWN_NUMBER
}

function acceptAny(_row: NumberingRow): boolean {
  return true
}

function hasOnlyDigits(text: string, from: number): boolean {
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 48 || code > 57) return false
  }
  return true
}
