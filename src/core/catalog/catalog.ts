/**
 * A catalog is one immutable version of everything that decides a price: decks, tariffs, packages, regions, numbering.
 * Plain data made by the loader (`src/catalog/load.ts`); the core only reads it.
 */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'
import type { PrefixTable } from './prefix-table.ts'

export type NumberType = 'fixed' | 'mobile' | 'toll_free' | 'premium' | 'shared_cost' | 'special'
export const NUMBER_TYPES = ['fixed', 'mobile', 'toll_free', 'premium', 'shared_cost', 'special'] as const

export type RoundingMode = 'half_up' | 'half_even' | 'up' | 'down'
export const ROUNDING_MODES = ['half_up', 'half_even', 'up', 'down'] as const

/** `scale` digits after the point are kept, 0 to 6. */
export interface Rounding {
  readonly scale: number
  readonly mode: RoundingMode
}

/** Country and type of the numbers under one prefix. */
export interface NumberingRow {
  readonly prefix: string
  /** ISO 3166 alpha-2, or null where the plan names none (satellite, international networks). */
  readonly country: string | null
  readonly type: NumberType
}

/** When a deck row is in force: `effectiveFromMicros` <= t < `effectiveToMicros`; an open end is infinite. */
export interface Effective {
  readonly effectiveFromMicros: InstantMicros
  readonly effectiveToMicros: InstantMicros
}

/** The minimum of billed seconds, and the step above it; both are at least 1. */
export interface Increments {
  readonly firstSeconds: number
  readonly nextSeconds: number
}

export interface CallRate extends Effective {
  readonly prefix: string
  readonly destination: string
  readonly pricePerMinuteMicros: Micros
  readonly connectionFeeMicros: Micros
  readonly increments: Increments
}

export interface MessageRate extends Effective {
  readonly prefix: string
  readonly destination: string
  readonly pricePerUnitMicros: Micros
}

/** A table from number prefix to price; `file` is the name the catalog gives it. */
export interface Deck<Rate> {
  readonly file: string
  readonly rates: PrefixTable<Rate>
}

/** A price by the minute that needs no deck. */
export interface MinutePrice {
  readonly pricePerMinuteMicros: Micros
  readonly increments: Increments
}

export type MessagePriceKey = 'sms' | 'mms' | 'whatsapp' | 'sms_inbound' | 'mms_inbound' | 'whatsapp_inbound'
export const MESSAGE_PRICE_KEYS = ['sms', 'mms', 'whatsapp', 'sms_inbound', 'mms_inbound', 'whatsapp_inbound'] as const

/** The decks and prices that an account buys at. Usage whose deck or price is null or absent is refused: `no_rate`. */
export interface Tariff {
  readonly id: string
  readonly currency: Currency
  readonly outbound: Deck<CallRate> | null
  readonly tollFree: Deck<CallRate> | null
  readonly messages: ReadonlyMap<MessagePriceKey, Deck<MessageRate>>
  readonly conversationIntelligence: MinutePrice | null
  readonly voiceAgent: MinutePrice | null
  /** Price of one unit by SKU. */
  readonly other: ReadonlyMap<string, Micros>
}

/** What a subscription includes. `fairUseMinutesPerUser` null: no limit. */
export interface Package {
  readonly id: string
  /** The name shown to people; null: its id is shown. */
  readonly name: string | null
  readonly region: string
  readonly countries: ReadonlySet<string>
  readonly fairUseMinutesPerUser: number | null
}

export interface Catalog {
  readonly rounding: Rounding
  readonly emergencyNumbers: ReadonlySet<string>
  readonly numbering: PrefixTable<NumberingRow>
  readonly regions: ReadonlyMap<string, ReadonlySet<string>>
  readonly packages: ReadonlyMap<string, Package>
  readonly tariffs: ReadonlyMap<string, Tariff>
}
