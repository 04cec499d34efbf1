/** What an account has chosen and bought: append-only versions, of which rating uses the newest at the decision. */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { AutoTopUpSettings } from '../top-up/judge.ts'
import type { Contact } from './contacts.ts'

/** Who pays for a kind of AI usage: the credit, the invoice, or nobody because the plan includes it. */
export type BillingMode = 'credit' | 'invoice' | 'included'
export const BILLING_MODES = ['credit', 'invoice', 'included'] as const

/** The id that ends coverage when it takes force. */
export const NO_PACKAGE = 'none'

/** A package in force from an instant until the next one's. */
export interface PackagePeriod {
  readonly id: string
  readonly fromMicros: InstantMicros
}

export interface AccountSettings {
  readonly accountId: string
  /** Never changes in the life of an account. */
  readonly currency: Currency
  readonly tariff: string
  /** In the order they take force. */
  readonly packages: readonly PackagePeriod[]
  /** `2026-01-31`: billing cycles start on this day of every month, or on the month's last day if it is shorter. */
  readonly billingCycleAnchor: string
  /** The account's own fair-use limit, which holds even where the package has none; null: the package's. */
  readonly fairUseMinutesPerUser: number | null
  readonly conversationIntelligence: BillingMode
  readonly voiceAgent: BillingMode
  readonly contacts: readonly Contact[]
  /** Above zero; null: the default of 10 units. */
  readonly lowAlertLevelMicros: Micros | null
  /** The level the customer chose to be alerted at; above zero; null: none. */
  readonly customAlertLevelMicros: Micros | null
  /** Null: never set up. */
  readonly autoTopUp: AutoTopUpSettings | null
}

type OptionalSettings = Pick<
  AccountSettings,
  'packages' | 'fairUseMinutesPerUser' | 'conversationIntelligence' | 'voiceAgent' | 'contacts'
>

/** What a file says of an account. What it leaves out stays as it is stored, or has its default in a new account. */
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

/** The settings of an account once a file is applied to them; without `stored`, those of a new account. */
export function applySettings(wanted: WantedSettings, stored?: AccountSettings): AccountSettings {
  const before = stored ?? DEFAULTS
  return {
    accountId: wanted.accountId,
    currency: wanted.currency,
    tariff: wanted.tariff,
    packages: wanted.packages ?? before.packages,
    billingCycleAnchor: wanted.billingCycleAnchor,
    // Null is a wish too: it removes the account's own limit.
    fairUseMinutesPerUser:
      wanted.fairUseMinutesPerUser === undefined ? before.fairUseMinutesPerUser : wanted.fairUseMinutesPerUser,
    conversationIntelligence: wanted.conversationIntelligence ?? before.conversationIntelligence,
    voiceAgent: wanted.voiceAgent ?? before.voiceAgent,
    contacts: wanted.contacts ?? before.contacts,
    // The customer's own choice, made elsewhere.
    lowAlertLevelMicros: before.lowAlertLevelMicros,
    customAlertLevelMicros: before.customAlertLevelMicros,
    autoTopUp: before.autoTopUp,
  }
}
