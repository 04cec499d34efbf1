/** Voice Agents: one agent's session, by its minutes. */
import type { VoiceAgentEvent } from '../usage/event.ts'
import { rateAiUsage } from './ai-usage.ts'
import type { RatingContext } from './context.ts'
import type { Decision } from './decision.ts'

export function rateVoiceAgent(event: VoiceAgentEvent, context: RatingContext): Decision {
  const { tariff, settings } = context
  return rateAiUsage(event.durationSeconds, tariff.voiceAgent, settings.voiceAgent, 'voice_agent', context)
}
