import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readUsage, readUsageJson, readUsageRecord } from '../../../src/core/usage/read.ts'
import { callFields, correctionFields, type Fields, take, testBook, usageFields } from '../../support/catalog.ts'

/** `ok`, or the reason and the invalid field. */
function readingOf(fields: unknown): string {
  const read = readUsage(fields)
  return 'event' in read ? 'ok' : `${read.refusal.reason}: ${read.refusal.detail.split(' ')[0]}`
}

describe('a call is refused for its shape first, then for its numbers', () => {
  test.each<[string, Fields]>([
    ['ok', {}],
    ['ok', { unknown_field: { nested: true } }],
    ['ok', { leg: null, interaction_id: null }],
    ['ok', { duration_seconds: 86_400 }],
    ['ok', { from: null }],
    ['ok', { from: 'withheld', direction: 'inbound' }],
    ['ok', { from: '', leg: 'forwarded' }],
    ['ok', { user_id: null, leg: 'forwarded' }],
    ['ok', { user_id: null, direction: 'inbound' }],
    ['ok', { to: '12' }],
    ['ok', { to: '+12' }],
    ['ok', { to: '+123456789012345' }],
    ['ok', { event_id: '~'.repeat(64) }],
    ['invalid_event: type', { type: 'fax' }],
    ['invalid_event: type', { type: undefined }],
    ['invalid_event: type', { type: 'toString' }],
    ['invalid_event: event_id', { event_id: '' }],
    ['invalid_event: event_id', { event_id: 'x'.repeat(65) }],
    ['invalid_event: event_id', { event_id: 'é' }],
    ['invalid_event: event_id', { event_id: 'a\tb' }],
    ['invalid_event: event_id', { event_id: 7 }],
    ['invalid_event: account_id', { account_id: null }],
    ['invalid_event: occurred_at', { occurred_at: undefined }],
    ['invalid_event: occurred_at', { occurred_at: '2026-02-30T00:00:00Z' }],
    ['invalid_event: occurred_at', { occurred_at: 1_771_581_600_000_000 }],
    ['invalid_event: user_id', { user_id: null }],
    ['invalid_event: user_id', { user_id: '' }],
    ['invalid_event: user_id', { user_id: 7 }],
    ['invalid_event: direction', { direction: 'sideways' }],
    ['invalid_event: leg', { leg: '' }],
    ['invalid_event: from', { from: 49 }],
    ['invalid_event: to', { to: undefined }],
    ['invalid_event: to', { to: null }],
    ['invalid_event: duration_seconds', { duration_seconds: -1 }],
    ['invalid_event: duration_seconds', { duration_seconds: 86_401 }],
    ['invalid_event: duration_seconds', { duration_seconds: 1.5 }],
    ['invalid_event: duration_seconds', { duration_seconds: '60' }],
    ['invalid_event: duration_seconds', { duration_seconds: null }],
    ['invalid_event: duration_seconds', { duration_seconds: -1, to: 'x' }],
    ['invalid_number: to', { to: '' }],
    ['invalid_number: to', { to: '+1' }],
    ['invalid_number: to', { to: '1' }],
    ['invalid_number: to', { to: '1234567' }],
    ['invalid_number: to', { to: '+1234567890123456' }],
    ['invalid_number: to', { to: '+49 30' }],
    ['invalid_number: to', { to: '+4930\n' }],
    ['invalid_number: to', { to: '+٤٩٣٠' }],
    ['invalid_number: from', { from: '' }],
    ['invalid_number: from', { from: 'ACME' }],
  ])('%s for %o', (expected, changed) => expect(readingOf(callFields(changed))).toBe(expected))
})

describe('the other types', () => {
  const message = { type: 'message', channel: 'sms', direction: 'outbound', from: 'ACME', to: '+431', fragments: 1 }
  test.each<[string, Fields]>([
    ['ok', message],
    ['ok', { ...message, fragments: 1000, from: null }],
    ['invalid_event: fragments', { ...message, fragments: 0 }],
    ['invalid_event: fragments', { ...message, fragments: 1001 }],
    ['invalid_event: channel', { ...message, channel: 'fax' }],
    ['invalid_number: to', { ...message, to: 'ACME' }],
    ['ok', { type: 'toll_free', to: '+49800', duration_seconds: 0 }],
    ['invalid_event: to', { type: 'toll_free', duration_seconds: 0 }],
    ['ok', { type: 'conversation_intelligence', duration_seconds: 0 }],
    ['invalid_event: duration_seconds', { type: 'conversation_intelligence' }],
    ['ok', { type: 'voice_agent', agent_id: 'a', duration_seconds: 0 }],
    ['invalid_event: agent_id', { type: 'voice_agent', agent_id: '', duration_seconds: 0 }],
    ['ok', { type: 'other', sku: 's', quantity: 1_000_000_000 }],
    ['invalid_event: quantity', { type: 'other', sku: 's', quantity: 1_000_000_001 }],
    ['invalid_event: sku', { type: 'other', sku: '', quantity: 1 }],
    ['ok', { type: 'correction', corrects: 'e0' }],
    ['invalid_event: corrects', { type: 'correction', corrects: 'e1' }],
    ['invalid_event: corrects', { type: 'correction', corrects: '' }],
    ['ok', { type: 'other', sku: 's', quantity: 1, interaction_id: 'i'.repeat(2000) }],
    ['invalid_event: interaction_id', { type: 'other', sku: 's', quantity: 1, interaction_id: 'i'.repeat(2001) }],
  ])('%s for %o', (expected, fields) => expect(readingOf(usageFields(fields))).toBe(expected))
})

test.each(['60', '60.0', '6e1', '600E-1'])('a whole number is accepted in any notation: %s', (written) => {
  const json = JSON.stringify(callFields()).replace('"duration_seconds":60', `"duration_seconds":${written}`)
  expect(readUsageJson(json)).toMatchObject({ event: { durationSeconds: 60 } })
})

test.each(['', '{', '[]', 'null', '7', '"x"', '{"type":"call"'])('%j is an invalid event', (line) => {
  expect(readUsageJson(line)).toMatchObject({ refusal: { reason: 'invalid_event', eventId: null, accountId: null } })
})

test('a refusal has the ids that were readable', () => {
  const read = readUsage(callFields({ to: 'x', account_id: 7 }))
  expect(read).toMatchObject({ refusal: { eventId: 'e1', accountId: null } })
})

test('an instant may be a number of microseconds only in Avro, where the topic gives the type', () => {
  const fields = { ...callFields(), occurred_at: 1_771_581_600_000_000 }
  expect(readUsageRecord(fields, 'call')).toHaveProperty('event')
  expect(readUsage(fields)).toHaveProperty('refusal')
})

test('rating any JSON value never throws', () => {
  const nearly = fc
    .tuple(
      fc.constantFrom(callFields(), usageFields({ type: 'message' }), correctionFields('c1', 'e1')),
      fc.dictionary(
        fc.constantFrom('type', 'event_id', 'account_id', 'occurred_at', 'direction', 'leg', 'from', 'to', 'user_id'),
        fc.oneof(fc.jsonValue(), fc.constantFrom('call', 'other', 'acme', 'inbound', 'forwarded', '+49', '112')),
      ),
    )
    .map(([fields, changed]) => ({ ...fields, ...changed }))
  const book = testBook()
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), nearly), (value) => {
      expect(take(book, JSON.parse(JSON.stringify(value)))).toHaveProperty('outcome')
      readUsageJson(JSON.stringify(value))
    }),
    { numRuns: 2000 },
  )
})
