/**
 * What of cards and declines each caller is shown. People see why, in a few kinds, and never a bank's code; members see
 * neither card nor reason. Services and operators see all of it.
 */
import { z } from 'zod'
import { DECLINE_WHYS, type DeclineWhy, whyDeclined } from '../core/top-up/declines.ts'
import { type Caller, seesInFull } from './access.ts'

export const Why = z
  .string()
  .nullable()
  .meta({
    description: `Why the card was declined: ${DECLINE_WHYS.join(', ')}; there may be more one day. Null: it was not, or not for the caller to see`,
  })

/** Of a decline's code, or of the kind itself. */
export function whyFor(caller: Caller, why: DeclineWhy | string | null): string | null {
  if (why === null || !seesInFull(caller)) return null
  return (DECLINE_WHYS as readonly string[]).includes(why) ? why : whyDeclined(why)
}

export function codeFor(caller: Caller, code: string | null): string | null {
  return caller.kind === 'person' ? null : code
}

export const CardFields = {
  brand: z.string().nullable().meta({ description: 'visa, mastercard, ...; null: not for the caller to see' }),
  last4: z.string().nullable(),
  expiry_month: z.int(),
  expiry_year: z.int(),
}

export interface ShownCard {
  readonly brand: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

export function cardJson(caller: Caller, { brand, last4, expiryMonth, expiryYear }: ShownCard) {
  const isInFull = seesInFull(caller)
  return {
    brand: isInFull ? brand : null,
    last4: isInFull ? last4 : null,
    expiry_month: expiryMonth,
    expiry_year: expiryYear,
  }
}
