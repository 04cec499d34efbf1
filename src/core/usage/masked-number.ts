/** A telephone number as support may see it: where it is from and how it ends, not whose it is. */
import { isShortCode } from './number.ts'

/** Country calling codes of the E.164 plan have one to three digits; those not listed have three. */
const COUNTRY_CODE = /^\+(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|\d{3})/

const SHOWN_LAST_DIGITS = 2
/** With fewer than these behind the country code, the last two would be most of the number. */
const FEWEST_DIGITS = 5

/**
 * Keeps the country code and the last two digits. A short code is nobody's own and stays; in any other text, a national
 * number or one written with spaces, every digit but the last two is masked.
 */
export function maskNumber(text: string): string {
  if (isShortCode(text)) return text
  const country = COUNTRY_CODE.exec(text)?.[0] ?? ''
  const rest = text.slice(country.length)
  let left = rest.match(/\p{Nd}/gu)?.length ?? 0
  const shown = left >= FEWEST_DIGITS ? SHOWN_LAST_DIGITS : 0
  return country + rest.replaceAll(/\p{Nd}/gu, (digit) => (left-- > shown ? '*' : digit))
}
