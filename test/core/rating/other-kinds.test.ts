import { describe, expect, test } from 'vitest'
import type { AccountSettings } from '../../../src/core/settings/settings.ts'
import { type Fields, summary, take, testAccount, testBook, usageFields } from '../../support/catalog.ts'

const BARE: Partial<AccountSettings> = { tariff: 'bare-usd', currency: 'USD' }

function rated(fields: Fields, settings: Partial<AccountSettings> = {}): string {
  return summary(take(testBook([testAccount(settings)]), usageFields(fields)))
}

describe('a message', () => {
  const sms = { type: 'message', channel: 'sms', direction: 'outbound', from: 'ACME', to: '+431234567', fragments: 3 }
  test.each<[string, Fields, string]>([
    ['outbound', {}, 'charged / message, 3 u, 0 min, 0.210000'],
    ['to an emergency number', { to: '112' }, 'free / emergency, 0 u, 0 min, 0.000000'],
    ['to a short code', { to: '118' }, 'charged / message, 3 u, 0 min, 0.600000'],
    ['without a price', { to: '+12125550100' }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
    ['of a channel without a deck', { channel: 'whatsapp' }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
    ['inbound, with a deck', { direction: 'inbound', to: '+4930123' }, 'charged / message, 3 u, 0 min, 0.030000'],
    ['inbound, with a deck but no row', { direction: 'inbound' }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
    [
      'inbound, without a deck',
      { direction: 'inbound', channel: 'mms' },
      'free / inbound_message, 0 u, 0 min, 0.000000',
    ],
  ])('%s', (_name, fields, expected) => expect(rated({ ...sms, ...fields })).toBe(expected))
})

describe('AI usage', () => {
  const intelligence = { type: 'conversation_intelligence', duration_seconds: 61 }
  const agent = { type: 'voice_agent', agent_id: 'a1', duration_seconds: 61 }
  test.each<[string, Fields, Partial<AccountSettings>, string]>([
    ['from credit', intelligence, {}, 'charged / conversation_intelligence, 120 u, 0 min, 0.040000'],
    ['from credit', agent, { voiceAgent: 'credit' }, 'charged / voice_agent, 61 u, 0 min, 0.254200'],
    ['on the invoice', agent, {}, 'invoiced / billed_on_invoice, 61 u, 0 min, 0.254200'],
    ['included', agent, { voiceAgent: 'included' }, 'covered / included_in_plan, 0 u, 0 min, 0.000000'],
    [
      'included, no price needed',
      agent,
      { ...BARE, voiceAgent: 'included' },
      'covered / included_in_plan, 0 u, 0 min, 0.000000',
    ],
    ['no price', agent, BARE, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
    ['of zero duration', { ...agent, duration_seconds: 0 }, BARE, 'free / no_usage, 0 u, 0 min, 0.000000'],
    ['of zero duration', { ...intelligence, duration_seconds: 0 }, {}, 'free / no_usage, 0 u, 0 min, 0.000000'],
  ])('%s: %o', (_name, fields, settings, expected) => expect(rated(fields, settings)).toBe(expected))
})

describe('other usage', () => {
  const other = { type: 'other', sku: 'ported-number', quantity: 1_000_000_000 }
  test.each<[string, Fields, string]>([
    ['beyond 2^53 micros', {}, 'charged / other_usage, 1000000000 u, 0 min, 12200000000.000000'],
    ['an unknown sku', { sku: 'nope' }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
    ['zero of an unknown sku', { sku: 'nope', quantity: 0 }, 'free / no_usage, 0 u, 0 min, 0.000000'],
    ['a sku named like a property of every object', { sku: 'constructor' }, 'rejected / no_rate, 0 u, 0 min, 0.000000'],
  ])('%s', (_name, fields, expected) => expect(rated({ ...other, ...fields })).toBe(expected))
})
