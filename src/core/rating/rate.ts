/** Prices one event by its kind. Corrections are not priced: they reverse an earlier price (`../corrections`). */
import type { CorrectionEvent, UsageEvent } from '../usage/event.ts'
import { rateCall } from './call.ts'
import type { RatingContext } from './context.ts'
import { rateConversationIntelligence } from './conversation-intelligence.ts'
import type { RatedDecision } from './decision.ts'
import { rateMessage } from './message.ts'
import { rateOther } from './other.ts'
import { rateTollFree } from './toll-free.ts'
import { rateVoiceAgent } from './voice-agent.ts'

export type PricedEvent = Exclude<UsageEvent, CorrectionEvent>

/** Prices an event. A missing price is a rejection, never a guess. */
export function rate(event: PricedEvent, context: RatingContext): RatedDecision {
  switch (event.type) {
    case 'call':
      return rateCall(event, context)
    case 'toll_free':
      return rateTollFree(event, context)
    case 'message':
      return rateMessage(event, context)
    case 'conversation_intelligence':
      return rateConversationIntelligence(event, context)
    case 'voice_agent':
      return rateVoiceAgent(event, context)
    case 'other':
      return rateOther(event, context)
  }
}
