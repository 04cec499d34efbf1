/** What a movement was, in a sentence. */
import type { ExplainedMovement } from '../credit/data.ts'
import { destinationPhrase } from '../credit/movement-words.ts'
import { isBelow } from '../format/decimal.ts'
import type { MessageValues } from '../texts/icu.ts'
import type { TextId } from '../texts/ids.ts'
import type { Words } from '../texts/words-of.ts'
import { exactDuration } from './durations.ts'
import { userName } from './names.ts'

/** Null if the kind says everything. */
export function whatSentence(movement: ExplainedMovement, words: Words): string | null {
  const { kind, amount, explanation } = movement
  const { t, dates } = words
  const isTaken = isBelow(amount, '0')
  const moved = { amount: words.money(movement.currency).exact(amount.replace('-', '')) }
  const paidAt = explanation.payment?.credited_at ?? null
  const payment = paidAt === null ? t('what.payment') : t('what.paymentOf', { date: dates.day(paidAt) })
  switch (kind) {
    case 'usage':
      return usageSentence(movement, words)
    case 'reversal':
      return t('what.reversal', moved)
    case 'top_up':
      return t('what.added', moved)
    case 'adjustment':
      return t(isTaken ? 'what.taken' : 'what.added', moved)
    case 'refund':
      return t(isTaken ? 'what.refund' : 'what.refundFailed', { ...moved, payment })
    case 'dispute':
      return t(isTaken ? 'what.dispute' : 'what.disputeWon', { ...moved, payment })
    default:
      return null
  }
}

function usageSentence(movement: ExplainedMovement, words: Words): string {
  const { t } = words
  const { usage, explanation } = movement
  if (usage === null) return t('what.usage')
  const { type, quantity, direction, channel, sku, agent_id: agent } = usage
  const destination = destinationPhrase(movement) ?? t('what.destination')
  const duration = exactDuration(quantity, words)
  const user = userName(movement)
  /** Names the user if known. */
  const said = (by: TextId, unnamed: TextId, values: MessageValues) =>
    user === null ? t(unnamed, values) : t(by, { ...values, user })
  switch (type) {
    case 'call':
      if (explanation.charge?.reason === 'toll_free_inbound') return t('what.tollFree', { destination, duration })
      if (direction === 'inbound') return t('what.inbound', { destination, duration })
      return explanation.charge?.reason === 'forwarded_leg'
        ? said('what.forwarded', 'what.forwardedUnnamed', { destination, duration })
        : said('what.call', 'what.callUnnamed', { destination, duration })
    case 'toll_free':
      return t('what.tollFree', { destination, duration })
    case 'message': {
      const values = { channel: channel ?? '', count: quantity, destination }
      return direction === 'inbound'
        ? t('what.messageInbound', values)
        : said('what.message', 'what.messageUnnamed', values)
    }
    case 'conversation_intelligence':
      return said('what.intelligence', 'what.intelligenceUnnamed', { duration })
    case 'voice_agent':
      return agent === null ? t('what.voiceAgentUnnamed', { duration }) : t('what.voiceAgent', { agent, duration })
    case 'other':
      return said('what.other', 'what.otherUnnamed', { count: quantity, sku: sku ?? '' })
    default:
      return t('what.usage')
  }
}
