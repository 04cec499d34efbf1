/** Usage for every reason that a recorded decision may have. The last event of each row is the one with that reason. */
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import { callFields, correctionFields, type Fields, usageFields } from '../../support/catalog.ts'

export const TOLL_FREE = '+49800123'
export const AMERICAN = '+12125550100'
/** A number without a country in the numbering plan. */
export const STRAY = '+441234567'

export const NO_PACKAGE: Partial<AccountSettings> = { packages: [] }
export const WITHOUT_LIMIT: Partial<AccountSettings> = { packages: [{ id: 'eu-open', fromMicros: 0 }] }

export const message = (fields: Fields) =>
  usageFields({ type: 'message', channel: 'sms', direction: 'outbound', from: 'Acme', to: '+491701', ...fields })
export const tollFree = (fields: Fields) => usageFields({ type: 'toll_free', from: null, to: TOLL_FREE, ...fields })
export const analysis = (fields: Fields) => usageFields({ type: 'conversation_intelligence', ...fields })
export const agent = (fields: Fields) => usageFields({ type: 'voice_agent', agent_id: 'bot', ...fields })
export const items = (fields: Fields) => usageFields({ type: 'other', sku: 'ported-number', ...fields })

export type Case = readonly [reason: string, events: readonly Fields[], settings?: Partial<AccountSettings>]

export const EVERY_REASON = {
  unanswered: ['not_answered', [callFields({ duration_seconds: 0 })]],
  'an emergency call': ['emergency', [callFields({ to: '112' })]],
  'an inbound call to a toll-free number': ['toll_free_inbound', [callFields({ direction: 'inbound', to: TOLL_FREE })]],
  'an event of the toll-free topic': ['toll_free_inbound', [tollFree({ duration_seconds: 31 })]],
  'an inbound call': ['inbound_standard', [callFields({ direction: 'inbound' })]],
  'a forwarded leg': ['forwarded_leg', [callFields({ leg: 'forwarded' })]],
  'a short code': ['special_number', [callFields({ to: '118' })]],
  'a premium number': ['special_number', [callFields({ to: '+49900123' })]],
  'no package': ['no_package', [callFields({ duration_seconds: 61 })], NO_PACKAGE],
  'no package, by the row that begins in March': [
    'no_package',
    [callFields({ to: '+4930123', occurred_at: '2026-03-01T00:00:00Z' })],
    NO_PACKAGE,
  ],
  'another country': ['outside_package_countries', [callFields({ to: AMERICAN, duration_seconds: 7 })]],
  'no known country': ['outside_package_countries', [callFields({ to: STRAY })]],
  'a caller abroad': ['caller_region_mismatch', [callFields({ from: AMERICAN })]],
  'a caller withheld': ['caller_region_mismatch', [callFields({ from: null })]],
  'a caller of no known country': ['caller_region_mismatch', [callFields({ from: STRAY })]],
  'no minutes left': ['fair_use_exceeded', [callFields()], { fairUseMinutesPerUser: 0 }],
  'some minutes left': [
    'fair_use_exceeded',
    [callFields({ event_id: 'e0' }), callFields({ duration_seconds: 130 })],
    { fairUseMinutesPerUser: 2 },
  ],
  'enough minutes left': ['in_package', [callFields({ duration_seconds: 61 })]],
  'exactly the minutes left': ['in_package', [callFields({ duration_seconds: 60 })], { fairUseMinutesPerUser: 1 }],
  'no limit': ['in_package', [callFields()], WITHOUT_LIMIT],
  'a message': ['message', [message({ fragments: 3 })]],
  'an inbound message with a price': ['message', [message({ direction: 'inbound', fragments: 1 })]],
  'a message to an emergency number': ['emergency', [message({ to: '112', fragments: 1 })]],
  'an inbound message without a price': [
    'inbound_message',
    [message({ direction: 'inbound', channel: 'mms', fragments: 1 })],
  ],
  'an analysis of nothing': ['no_usage', [analysis({ duration_seconds: 0 })]],
  'no items': ['no_usage', [items({ quantity: 0 })]],
  'an analysis': ['conversation_intelligence', [analysis({ duration_seconds: 61 })]],
  'an agent from credit': ['voice_agent', [agent({ duration_seconds: 7 })], { voiceAgent: 'credit' }],
  'an agent on the invoice': ['billed_on_invoice', [agent({ duration_seconds: 60 })]],
  'an analysis in the plan': [
    'included_in_plan',
    [analysis({ duration_seconds: 60 })],
    { conversationIntelligence: 'included' },
  ],
  items: ['other_usage', [items({ quantity: 2 })]],
  'a correction': ['correction', [callFields(), correctionFields('c1', 'e1')], NO_PACKAGE],
  'a correction of covered minutes': ['correction', [callFields(), correctionFields('c1', 'e1')]],
  'a correction of what was invoiced': [
    'invoice_correction',
    [agent({ duration_seconds: 60 }), correctionFields('c1', 'e1')],
  ],
  'a correction before its event': ['awaiting_event', [correctionFields('c1', 'e1')]],
  'an event after its correction': ['corrected', [correctionFields('c1', 'e1'), callFields()]],
} as const satisfies Record<string, Case>

export type CaseName = keyof typeof EVERY_REASON

export const CASES = Object.entries(EVERY_REASON) as readonly [CaseName, Case][]
