/** A telephone number as support may see it: enough to recognise it, not enough to identify its owner. */
import { isShortCode } from './number.ts'

/** Country calling codes of the E.164 plan have one to three digits; those not listed have three. */
const COUNTRY_CODE = /^\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/

const SHOWN_LAST_DIGITS = 2
/** With fewer digits than this after the country code, the last two would reveal most of the number. */
const MIN_DIGITS = 5

/**
 * Masks a number but for its country code and last two digits. A short code identifies no person and stays. In any other
 * text, such as a national number or one with spaces, every digit but the last two is masked.
 */
export function maskNumber(text: string): string {
  if (isShortCode(text)) return text
  const country = COUNTRY_CODE.exec(text)?.[0] ?? ''
  const rest = text.slice(country.length)
  let left = rest.match(/\p{Nd}/gu)?.length ?? 0
  const shown = left >= MIN_DIGITS ? SHOWN_LAST_DIGITS : 0
  return country + rest.replaceAll(/\p{Nd}/gu, (digit) => (left-- > shown ? '*' : digit))
}
