/** What an export says of a movement: one row, in words that customers know from their page and their invoice. */
import type { InstantMicros } from '../instant.ts'
import type { Currency, Micros } from '../money.ts'

/** As the ledger has it, beside what it is of. A reversal is of the usage that it takes back. */
export interface MovementFacts {
  readonly sequence: bigint
  readonly kind: string
  readonly occurredAtMicros: InstantMicros
  readonly recordedAtMicros: InstantMicros
  readonly amountMicros: Micros
  readonly balanceAfterMicros: Micros
  readonly currency: Currency
  /** All null where it is of no usage. */
  readonly interactionId: string | null
  readonly usageType: string | null
  /** Of a message. */
  readonly channel: string | null
  readonly units: bigint | null
  readonly userId: string | null
  readonly userName: string | null
  readonly destination: string | null
  readonly sku: string | null
  /** In full, E.164; null once it is cleared. */
  readonly number: string | null
}

/** A row, its texts as they are: whoever writes a file sees to its form. */
export interface ExportedMovement {
  readonly occurredAtMicros: InstantMicros
  readonly interactionId: string | null
  readonly description: string
  /** As billed: seconds, fragments or items; null for what is no usage. */
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

/** `Austria (+43664123)`, as far as either is known; of other usage its SKU, which is what was bought. */
function destinationOf({ destination, sku, number }: MovementFacts): string | null {
  const name = destination ?? sku
  if (number === null) return name
  return name === null ? number : `${name} (${number})`
}
