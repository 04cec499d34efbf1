import { describe, expect, it } from 'vitest'
import { applySettings, type WantedSettings } from '../../../src/core/settings/settings.ts'
import { testAccount } from '../../support/catalog.ts'

const stored = testAccount({
  fairUseMinutesPerUser: 5000,
  conversationIntelligence: 'included',
  voiceAgent: 'invoice',
  contacts: [{ id: 'ann', email: 'ann@acme.example', locale: 'de-DE', role: 'admin' }],
  lowAlertLevelMicros: 5_000_000n,
  customAlertLevelMicros: 25_000_000n,
})
const required = { accountId: 'acme', currency: 'EUR', tariff: 'other-eur', billingCycleAnchor: '2026-02-01' } as const

describe('a file applied to an account', () => {
  it.each<[string, Partial<WantedSettings>, object]>([
    ['may omit any setting: omitted settings stay', {}, {}],
    ['removes the packages with an empty list', { packages: [] }, { packages: [] }],
    ['removes the account’s limit with null', { fairUseMinutesPerUser: null }, { fairUseMinutesPerUser: null }],
    ['sets a limit of 0', { fairUseMinutesPerUser: 0 }, { fairUseMinutesPerUser: 0 }],
    ['sets who pays', { voiceAgent: 'credit' }, { voiceAgent: 'credit' }],
    ['removes the contacts', { contacts: [] }, { contacts: [] }],
  ])('%s', (_, named, changed) => {
    expect(applySettings({ ...required, ...named }, stored)).toEqual({ ...stored, ...required, ...changed })
  })

  it('never sets the levels that the customer chose', () => {
    const { lowAlertLevelMicros, customAlertLevelMicros } = applySettings(testAccount(), stored)
    expect({ lowAlertLevelMicros, customAlertLevelMicros }).toEqual({
      lowAlertLevelMicros: 5_000_000n,
      customAlertLevelMicros: 25_000_000n,
    })
  })
})
