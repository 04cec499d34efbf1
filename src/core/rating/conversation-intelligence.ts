/** Conversation Intelligence: one analysed interaction, priced by its minutes. */
import type { ConversationIntelligenceEvent } from '../usage/event.ts'
import { rateAiUsage } from './ai-usage.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'

/** Prices an analysed interaction by the account's billing mode. */
export function rateConversationIntelligence(
  event: ConversationIntelligenceEvent,
  context: RatingContext,
): RatedDecision {
  const { tariff, settings } = context
  const mode = settings.conversationIntelligence
  return rateAiUsage(event.durationSeconds, tariff.conversationIntelligence, mode, 'conversation_intelligence', context)
}
