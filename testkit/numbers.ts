/**
 * The numbers that demo calls come from and go to, as templates by country; `#` is any digit. They agree with
 * `catalog/numbering.csv`, and every destination except those of `WITHOUT_RATE` has a price in both outbound decks; a test
 * checks both.
 */
import type { Random } from './random.ts'

export type CallingRegion = 'EU' | 'US'

/** What demo traffic needs to know about a package: the region of its callers and its destinations. */
export interface CallingPlan {
  readonly region: CallingRegion
  /** The destinations that the package includes; frequent ones are repeated. Empty: no package. */
  readonly inside: readonly string[]
  /** The destinations that the package does not include. */
  readonly outside: readonly string[]
}

const EU_NEAR = ['DE', 'DE', 'DE', 'FR', 'FR', 'GB', 'GB', 'AT', 'CZ', 'SK', 'NL', 'ES', 'IT', 'PL', 'BE', 'IE', 'PT']
const EU_FAR = ['SE', 'RO', 'GR', 'CH', 'NO', 'FI', 'HU', 'DK']
const WORLD_NEAR = ['US', 'US', 'CA', 'AU', 'IN', 'BR', 'JP', 'MX', 'SG', 'IL']
const ELSEWHERE = ['TR', 'TR', 'UA', 'RS', 'AE', 'AE', 'CN', 'ZA', 'NG', 'KE', 'AR', 'CO', 'JM', 'EG', 'PH']

export const CALLING_PLANS: ReadonlyMap<string, CallingPlan> = new Map<string, CallingPlan>([
  ['eu-unlimited', { region: 'EU', inside: [...EU_NEAR, ...EU_FAR], outside: [...WORLD_NEAR, ...ELSEWHERE] }],
  ['eu-standard', { region: 'EU', inside: EU_NEAR, outside: ['RO', 'GR', 'CH', 'NO', ...WORLD_NEAR, ...ELSEWHERE] }],
  ['us-unlimited', { region: 'US', inside: ['US', 'US', 'US', 'CA'], outside: ['GB', 'DE', 'MX', 'MX', ...ELSEWHERE] }],
  ['us-standard', { region: 'US', inside: ['US', 'US', 'US', 'CA'], outside: ['GB', 'DE', 'MX', 'MX', ...ELSEWHERE] }],
  ['eu-us-world', { region: 'EU', inside: [...EU_NEAR, ...EU_FAR, ...WORLD_NEAR], outside: ELSEWHERE }],
])

/** Templates of fixed and mobile numbers by country. */
export const NUMBER_PLANS: Readonly<Record<string, readonly string[]>> = {
  AE: ['+9714#######', '+97150#######'],
  AR: ['+5411########', '+54911########'],
  AT: ['+431#######', '+43664#######'],
  AU: ['+612########', '+614########'],
  BE: ['+322#######', '+3247#######'],
  BR: ['+5511########', '+55119########'],
  CA: ['+1416555####', '+1604555####', '+1514555####'],
  CH: ['+4144#######', '+4179#######'],
  CN: ['+8610########', '+8613#########'],
  CO: ['+576########', '+5731########'],
  CZ: ['+4202########', '+42077#######'],
  DE: ['+4930#######', '+4989#######', '+49151########', '+49171#######'],
  DK: ['+4533######', '+4540######'],
  EG: ['+202########', '+2010########'],
  ES: ['+3491#######', '+346########'],
  FI: ['+3589#######', '+35850#######'],
  FR: ['+331########', '+336########', '+337########'],
  GB: ['+4420########', '+44161#######', '+447700######'],
  GR: ['+3021########', '+3069########'],
  HU: ['+361#######', '+3630#######'],
  IE: ['+35314######', '+35387#######'],
  IL: ['+9723#######', '+97252#######'],
  IN: ['+9122########', '+9198########'],
  IT: ['+3906########', '+39347#######'],
  JM: ['+1876#######'],
  JP: ['+813########', '+8190########'],
  KE: ['+25420#######', '+2547########'],
  MX: ['+5255########', '+521##########'],
  NG: ['+2341#######', '+23480########'],
  NL: ['+3120#######', '+316########'],
  NO: ['+4722######', '+474#######'],
  PH: ['+632########', '+639#########'],
  PL: ['+4822#######', '+4850#######'],
  PT: ['+35121#######', '+35191#######'],
  RO: ['+4021#######', '+407########'],
  RS: ['+38111#######', '+38164#######'],
  SE: ['+468########', '+4670#######'],
  SG: ['+656#######', '+659#######'],
  SK: ['+4212########', '+42190#######'],
  TR: ['+90212#######', '+9053########'],
  UA: ['+38044#######', '+38067#######'],
  US: ['+1212555####', '+1312555####', '+1415555####', '+1702555####', '+1305555####'],
  ZA: ['+2711#######', '+278########'],
}

/** The countries of an account's own numbers, by region. */
export const HOME_COUNTRIES: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: ['DE', 'DE', 'FR', 'GB', 'AT', 'NL', 'SK', 'CZ'],
  US: ['US', 'US', 'US', 'CA'],
}

/** Premium, shared cost, satellite and short codes: never in a package. */
export const SPECIAL_NUMBERS: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: [
    '+49180#######',
    '+49900#######',
    '+4484########',
    '+3389#######',
    '+43820######',
    '+8816########',
    '118',
    '116117',
    '60606',
  ],
  US: ['+1900#######', '+4484########', '411', '411', '511', '211', '+870#########', '60606'],
}

/** All on the catalog's emergency list. */
export const EMERGENCY_NUMBERS: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: ['112', '110', '999'],
  US: ['911'],
}

/** Toll-free numbers an account of the region may have; all in both toll-free decks. */
export const TOLL_FREE_NUMBERS: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: ['+49800#######', '+44800######', '+33800######'],
  US: ['+1800555####', '+1888555####'],
}

/** Numbers that receive texts. Inbound messages have a price, and the inbound decks have only mobile numbers. */
export const TEXT_NUMBERS: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: ['+49151########', '+447700######', '+336########'],
  US: ['+1212555####', '+1415555####'],
}

/** Countries multimedia messages can be sent to. */
export const MULTIMEDIA_COUNTRIES: Readonly<Record<CallingRegion, readonly string[]>> = {
  EU: ['DE', 'DE', 'FR', 'GB', 'AT', 'NL'],
  US: ['US', 'US', 'CA'],
}

/** Deliberately missing in every outbound deck: an unsold network, international freephone, an unknown short code. */
export const WITHOUT_RATE = ['+8502########', '+800########', '54321'] as const

/** Without plus, without digits, with too few or too many digits, or an address of another network. */
export const INVALID_NUMBERS = ['030555####', '', '+', '+4930##############', 'sip:desk-##', '+49 30 555 ####'] as const

export function numberLike(random: Random, template: string): string {
  let number = ''
  for (const sign of template) number += sign === '#' ? String(random.whole(10)) : sign
  return number
}

export function numberOf(random: Random, country: string): string {
  const templates = NUMBER_PLANS[country]
  if (templates === undefined) throw new Error(`no number plan for ${country}`)
  return numberLike(random, random.pick(templates))
}
