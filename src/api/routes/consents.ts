/**
 * Consents in requests. A person consents for themself, by their own token or session. A service or operator names the
 * person and vouches for them, which is stored with the consent.
 */
import { z } from 'zod'
import type { Consent } from '../../core/top-up/settings.ts'
import { actorOf, type Caller } from '../access/permissions.ts'
import { ApiProblem } from '../protocol/problem.ts'
import { Id, Money, microsOf, microsOrNull, text } from '../protocol/schemas.ts'

const MAX_TEXT_CHARACTERS = 20_000

/** The text as it was shown, possibly on several lines. */
const ConsentText = z
  .string()
  .min(1)
  .max(MAX_TEXT_CHARACTERS)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
  .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]*$/, {
    error: 'must not contain control characters other than line breaks',
  })
  .regex(/\S/, { error: 'must not be blank' })
  .refine((value) => value.isWellFormed(), { error: 'must be well-formed Unicode' })

const FIGURES = {
  person: text(200).optional().meta({
    description:
      'Who agreed. With a person’s own token or session, leave it out or name that person; otherwise it is required.',
  }),
  text: ConsentText.meta({ description: 'The text that was agreed to, as it was shown.' }),
  text_version: text(100),
  locale: z
    .string()
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$/, { error: 'must be a locale such as en or de-AT' })
    .meta({ examples: ['en'] }),
  threshold: Money,
  amount: Money,
  monthly_cap: Money.nullable(),
}

export const GivenConsent = z
  .strictObject({
    ...FIGURES,
    method_id: Id.nullable().meta({ description: 'The payment method that may be charged.' }),
  })
  .meta({ id: 'GivenConsent', description: 'Who agreed to be charged, and to which text and figures.' })

export const GivenConsentForNewMethod = z.strictObject(FIGURES).meta({
  id: 'GivenConsentForNewMethod',
  description: 'A consent for the new payment method, which has no id yet.',
})

/** The consent to store. Throws `ApiProblem` if the caller may not consent for this person. */
export function consentOf(caller: Caller, given: z.output<typeof GivenConsent>): Consent {
  return { ...consentForNewMethodOf(caller, given), methodId: given.method_id }
}

/** The consent given while a payment method is added. Throws as `consentOf` does. */
export function consentForNewMethodOf(
  caller: Caller,
  given: z.output<typeof GivenConsentForNewMethod>,
): Omit<Consent, 'methodId'> {
  return {
    ...personOf(caller, given.person),
    text: given.text,
    textVersion: given.text_version,
    locale: given.locale,
    thresholdMicros: microsOf(given.threshold),
    amountMicros: microsOf(given.amount),
    monthlyCapMicros: microsOrNull(given.monthly_cap),
  }
}

function personOf(caller: Caller, named: string | undefined): Pick<Consent, 'person' | 'attestedBy'> {
  if (caller.kind === 'person') {
    if (named === undefined || named === caller.subject) return { person: caller.subject, attestedBy: null }
    throw personRefused('somebody_else', 'must be absent or you: nobody can consent for somebody else')
  }
  if (named === undefined) throw personRefused('missing', 'must name who agreed')
  return { person: named, attestedBy: actorOf(caller) }
}

function personRefused(code: string, detail: string): ApiProblem {
  return new ApiProblem('not_possible', `the consent’s person ${detail}`, {
    errors: [{ path: '/body/consent/person', code, detail }],
  })
}
