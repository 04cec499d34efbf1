/** The settings of an account: append-only versions. Rating uses the newest version at the time of the decision. */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { AutoTopUpSettings } from '../top-up/judge.ts'
import type { Contact } from './contacts.ts'

/** Who pays for a kind of AI usage: the credit, the invoice, or nobody because the plan includes it. */
export type BillingMode = 'credit' | 'invoice' | 'included'
export const BILLING_MODES = ['credit', 'invoice', 'included'] as const

/** The package id that ends coverage from its instant on. */
export const NO_PACKAGE = 'none'

/** A package in force from an instant until the next one comes into force. */
export interface PackagePeriod {
  readonly id: string
  readonly fromMicros: InstantMicros
}

export interface AccountSettings {
  readonly accountId: string
  /** Never changes. */
  readonly currency: Currency
  readonly tariff: string
  /** In the order in which they come into force. */
  readonly packages: readonly PackagePeriod[]
  /** `2026-01-31`: billing cycles start on this day of every month, or on the month's last day if it is shorter. */
  readonly billingCycleAnchor: string
  /** The account's own fair-use limit, which applies even if the package has none. Null means the package's limit. */
  readonly fairUseMinutesPerUser: number | null
  readonly conversationIntelligence: BillingMode
  readonly voiceAgent: BillingMode
  readonly contacts: readonly Contact[]
  /** Above zero. Null means the default of 10 units. */
  readonly lowAlertLevelMicros: Micros | null
  /** The customer's own alert level, above zero. Null if there is none. */
  readonly customAlertLevelMicros: Micros | null
  /** Null if it was never set up. */
  readonly autoTopUp: AutoTopUpSettings | null
}

type OptionalSettings = Pick<
  AccountSettings,
  'packages' | 'fairUseMinutesPerUser' | 'conversationIntelligence' | 'voiceAgent' | 'contacts'
>

/** An account in an accounts file. A missing field keeps its stored value, or has its default in a new account. */
export type WantedSettings = Pick<AccountSettings, 'accountId' | 'currency' | 'tariff' | 'billingCycleAnchor'> & {
  readonly [Field in keyof OptionalSettings]?: OptionalSettings[Field] | undefined
}

const DEFAULTS: OptionalSettings &
  Pick<AccountSettings, 'lowAlertLevelMicros' | 'customAlertLevelMicros' | 'autoTopUp'> = {
  packages: [],
  fairUseMinutesPerUser: null,
  conversationIntelligence: 'credit',
  voiceAgent: 'credit',
  contacts: [],
  lowAlertLevelMicros: null,
  customAlertLevelMicros: null,
  autoTopUp: null,
}

/** Returns an account's settings after a file is applied. Without `stored`, they are the settings of a new account. */
export function applySettings(wanted: WantedSettings, stored?: AccountSettings): AccountSettings {
  const before = stored ?? DEFAULTS
  return {
    accountId: wanted.accountId,
    currency: wanted.currency,
    tariff: wanted.tariff,
    packages: wanted.packages ?? before.packages,
    billingCycleAnchor: wanted.billingCycleAnchor,
    // Null is a value too: it removes the account's own limit.
    fairUseMinutesPerUser:
      wanted.fairUseMinutesPerUser === undefined ? before.fairUseMinutesPerUser : wanted.fairUseMinutesPerUser,
    conversationIntelligence: wanted.conversationIntelligence ?? before.conversationIntelligence,
    voiceAgent: wanted.voiceAgent ?? before.voiceAgent,
    contacts: wanted.contacts ?? before.contacts,
    // The customer's choice, made on the billing page or through the API.
    lowAlertLevelMicros: before.lowAlertLevelMicros,
    customAlertLevelMicros: before.customAlertLevelMicros,
    autoTopUp: before.autoTopUp,
  }
}
