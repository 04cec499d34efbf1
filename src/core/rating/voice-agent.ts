/** Voice Agents: one session of an agent, priced by its minutes. */
import type { VoiceAgentEvent } from '../usage/event.ts'
import { rateAiUsage } from './ai-usage.ts'
import type { RatingContext } from './context.ts'
import type { RatedDecision } from './decision.ts'

/** Prices a Voice Agent session by the account's billing mode. */
export function rateVoiceAgent(event: VoiceAgentEvent, context: RatingContext): RatedDecision {
  const { tariff, settings } = context
  return rateAiUsage(event.durationSeconds, tariff.voiceAgent, settings.voiceAgent, 'voice_agent', context)
}
