/** The consent to changes that could charge more than before, as an operator vouches for it. */
import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { AutoTopUpSettings } from '../core/top-up/judge.ts'
import type { Consent } from '../core/top-up/settings.ts'
import { CommandFailed } from './command.ts'

export interface ConsentOptions {
  readonly consentBy?: string
  readonly consentText?: string
  readonly consentTextVersion?: string
  readonly consentLocale?: string
}

/** Who the person is and what they were shown; the figures are those that are saved with it. */
export type GivenConsent = Pick<Consent, 'person' | 'text' | 'textVersion' | 'locale'>

const MAX_TEXT_BYTES = 64 * 1024

/** Null if no consent is given. */
export function readConsent(options: ConsentOptions): GivenConsent | null {
  const { consentBy: person, consentText: file, consentTextVersion, consentLocale = 'en' } = options
  if (person === undefined && file === undefined) {
    if (consentTextVersion === undefined && options.consentLocale === undefined) return null
    throw new CommandFailed('--consent-text-version and --consent-locale require --consent-by and --consent-text', 2)
  }
  if (person === undefined || file === undefined || person.trim() === '') {
    throw new CommandFailed(
      'a consent requires both --consent-by (who agreed) and --consent-text (a file with the text)',
      2,
    )
  }
  const text = readText(file)
  // So that the same text always has the same version.
  const textVersion = consentTextVersion ?? `sha256:${hash('sha256', text).slice(0, 16)}`
  return { person, text, textVersion, locale: consentLocale }
}

/** The consent to these settings and this card, attested by the operator who runs the command. */
export function consentFor(
  given: GivenConsent | null,
  { thresholdMicros, amountMicros, monthlyCapMicros }: AutoTopUpSettings,
  methodId: string | null,
  actor: string,
): Consent | null {
  return given && { ...given, attestedBy: actor, thresholdMicros, amountMicros, monthlyCapMicros, methodId }
}

function readText(file: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(file)
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`, 2)
  }
  if (bytes.length > MAX_TEXT_BYTES)
    throw new CommandFailed(`${file} is larger than 64 KB, the maximum for the text of a consent`, 2)
  const text = bytes.toString().trim()
  if (text === '' || text.includes('\0')) throw new CommandFailed(`${file} contains no text`, 2)
  return text
}
