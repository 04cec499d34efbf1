/** Conversation Intelligence: one analysed interaction, by its minutes. */
import type { ConversationIntelligenceEvent } from '../usage/event.ts'
import { rateAiUsage } from './ai-usage.ts'
import type { RatingContext } from './context.ts'
import type { Decision } from './decision.ts'

export function rateConversationIntelligence(event: ConversationIntelligenceEvent, context: RatingContext): Decision {
  const { tariff, settings } = context
  const mode = settings.conversationIntelligence
  return rateAiUsage(event.durationSeconds, tariff.conversationIntelligence, mode, 'conversation_intelligence', context)
}
