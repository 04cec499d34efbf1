import { describe, expect, it } from 'vitest'
import { contentOf } from '../../../src/core/usage/content.ts'
import { readUsage } from '../../../src/core/usage/read.ts'
import { callFields, type Fields, usageFields } from '../../support/catalog.ts'

const EVENTS: Readonly<Record<string, Fields>> = {
  call: callFields(),
  toll_free: usageFields({ type: 'toll_free', from: '+431', to: '+49800123', duration_seconds: 5 }),
  message: usageFields({
    type: 'message',
    channel: 'sms',
    direction: 'outbound',
    from: 'ACME',
    to: '+431',
    fragments: 2,
  }),
  conversation_intelligence: usageFields({ type: 'conversation_intelligence', duration_seconds: 5 }),
  voice_agent: usageFields({ type: 'voice_agent', agent_id: 'a', duration_seconds: 5 }),
  other: usageFields({ type: 'other', sku: 'number-lookup', quantity: 2 }),
  correction: usageFields({ type: 'correction', corrects: 'e0' }),
}

const OTHER_VALUES: Fields = {
  occurred_at: '2026-02-20T10:00:00.000001Z',
  user_id: 'somebody-else',
  interaction_id: 'another',
  direction: 'inbound',
  leg: 'forwarded',
  from: '+439999',
  to: '+499999',
  duration_seconds: 6,
  channel: 'mms',
  fragments: 3,
  agent_id: 'b',
  sku: 'ported-number',
  quantity: 3,
  corrects: 'e-other',
}

const OWN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  call: ['direction', 'leg', 'from', 'to', 'duration_seconds'],
  toll_free: ['from', 'to', 'duration_seconds'],
  message: ['channel', 'direction', 'from', 'to', 'fragments'],
  conversation_intelligence: ['duration_seconds'],
  voice_agent: ['agent_id', 'duration_seconds'],
  other: ['sku', 'quantity'],
  correction: ['corrects'],
}

const rows = Object.entries(OWN_FIELDS).flatMap(([type, own]) =>
  ['occurred_at', 'user_id', 'interaction_id', ...own].map((field) => ({ type, field })),
)

describe('the content of an event', () => {
  it.each(rows)('of type $type differs when $field does', ({ type, field }) => {
    expect(content({ ...EVENTS[type], [field]: OTHER_VALUES[field] })).not.toBe(content(EVENTS[type]!))
  })

  it.each([
    ['the discriminating type', { ...EVENTS.conversation_intelligence }, { ...EVENTS.toll_free }, false],
    ['an unknown field', callFields(), callFields({ note: 'x' }), true],
    ['an absent leg and the default', callFields(), callFields({ leg: 'direct' }), true],
    ['an absent interaction id and the event id', callFields(), callFields({ interaction_id: 'e1' }), true],
    ['null and absent', callFields({ user_id: 'u', interaction_id: null }), callFields({ user_id: 'u' }), true],
    [
      'an instant written in another zone',
      callFields(),
      callFields({ occurred_at: '2026-02-20T11:00:00+01:00' }),
      true,
    ],
    ['the empty text and null', usageFields({ ...EVENTS.other, user_id: '' }), EVENTS.other!, false],
  ])('%s', (_what, one, other, isSame) => {
    expect(content(one) === content(other)).toBe(isSame)
  })
})

function content(fields: Fields): string {
  const read = readUsage(fields)
  if ('refusal' in read) throw new Error(read.refusal.detail)
  return contentOf(read.event)
}
