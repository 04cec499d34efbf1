import { describe, expect, it } from 'vitest'
import { canKeepSessions, portalSettings } from '../../../src/api/portal/settings.ts'
import { ConfigError, parseConfig } from '../../../src/platform/config.ts'

const NAMES = {
  TOLLGATE_PRODUCT: 'Harbor Cloud',
  TOLLGATE_SELLER: 'Harbor Telecom GmbH',
  TOLLGATE_DASHBOARD_URL: 'https://dashboard.example/home',
}

const settingsOf = (env: Record<string, string>) => portalSettings(parseConfig(env, ['brand', 'portal']))

describe('the settings of the billing page', () => {
  it('exist if all of its variables are set', () => {
    expect(settingsOf({ ...NAMES, TOLLGATE_EMBEDDING_ORIGINS: 'https://dashboard.example' })).toEqual({
      product: 'Harbor Cloud',
      seller: 'Harbor Telecom GmbH',
      statementDescriptor: null,
      dashboardUrl: 'https://dashboard.example/home',
      brandColor: '#1f5fd6',
      locale: 'en-US',
      embeddingOrigins: ['https://dashboard.example'],
    })
  })

  it('contain the statement descriptor, if it is set', () => {
    const settings = settingsOf({ ...NAMES, TOLLGATE_STATEMENT_DESCRIPTOR: 'HARBOR TELECOM' })
    expect(settings?.statementDescriptor).toBe('HARBOR TELECOM')
  })

  it('are null if none is set', () => {
    expect(settingsOf({ TOLLGATE_BRAND_COLOR: '#FF0000' })).toBeNull()
  })

  it.each(Object.keys(NAMES))('are refused if only %s is missing', (name) => {
    expect(() => settingsOf({ ...NAMES, [name]: '' })).toThrow(
      new ConfigError([{ name, problem: 'is required when other settings of the billing page are set' }]),
    )
  })
})

it.each([
  ['https://billing.example', true],
  ['http://billing.example', false],
  ['http://192.168.0.7:8090', false],
  ['http://127.0.0.1:8090', true],
  ['http://localhost:8090', true],
  ['http://billing.localhost', true],
  ['http://[::1]:8090', true],
  ['http://127.0.0.1.evil.example', false],
  ['http://notlocalhost', false],
])('browsers keep a session of %s: %s', (publicUrl, isKept) => {
  expect(canKeepSessions(publicUrl)).toBe(isKept)
})
