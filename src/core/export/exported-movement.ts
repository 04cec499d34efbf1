/** One row of an export: a movement in the terms that customers know from their page and their invoice. */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'

/** A movement as the ledger has it, with the usage behind it. A reversal has the usage that it reverses. */
export interface MovementFacts {
  readonly sequence: bigint
  readonly kind: string
  readonly occurredAtMicros: InstantMicros
  readonly recordedAtMicros: InstantMicros
  readonly amountMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
  /** This and the following fields are null for a movement without usage. */
  readonly interactionId: string | null
  readonly usageType: string | null
  /** Of a message: sms, mms or whatsapp. */
  readonly channel: string | null
  readonly units: bigint | null
  readonly userId: string | null
  readonly userName: string | null
  readonly destination: string | null
  readonly sku: string | null
  /** In full, E.164; null once it is cleared. */
  readonly number: string | null
}

/** A row with its texts unescaped: the writer of each file format escapes them. */
export interface ExportedMovement {
  readonly occurredAtMicros: InstantMicros
  readonly interactionId: string | null
  readonly description: string
  /** Billed seconds, fragments or items; null for a movement without usage. */
  readonly units: bigint | null
  readonly amountMicros: Micros
  readonly currency: Currency
  readonly balanceAfterMicros: Micros
  readonly user: string | null
  readonly destination: string | null
  readonly recordedAtMicros: InstantMicros
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  call: 'call',
  toll_free: 'toll-free',
  sms: 'sms',
  mms: 'mms',
  whatsapp: 'whatsapp',
  conversation_intelligence: 'stt',
  voice_agent: 'ai-voice-agents',
  other: 'other',
  top_up: 'top-up',
  adjustment: 'adjustment',
  refund: 'refund',
  dispute: 'dispute',
  reversal: 'reversal',
}

/** Turns a movement into its export row. */
export function exportedMovement(facts: MovementFacts): ExportedMovement {
  return {
    occurredAtMicros: facts.occurredAtMicros,
    interactionId: facts.interactionId,
    description: describe(facts),
    units: facts.units,
    amountMicros: facts.amountMicros,
    currency: facts.currency,
    balanceAfterMicros: facts.balanceAfterMicros,
    user: facts.userName ?? facts.userId,
    destination: destinationOf(facts),
    recordedAtMicros: facts.recordedAtMicros,
  }
}

function describe({ kind, usageType, channel }: MovementFacts): string {
  const word = kind === 'usage' ? (channel ?? usageType ?? 'other') : kind
  return DESCRIPTIONS[word] ?? 'other'
}

/** `Austria (+43664123)`, or whichever part is known. For other usage it is the SKU. */
function destinationOf({ destination, sku, number }: MovementFacts): string | null {
  const name = destination ?? sku
  if (number === null) return name
  return name === null ? number : `${name} (${number})`
}
