import { expect, it } from 'vitest'
import { readServiceConfig } from '../src/main.ts'
import { ConfigError } from '../src/platform/config.ts'

const LEAST = {
  TOLLGATE_KAFKA_BROKERS: 'broker:9092',
  TOLLGATE_SCHEMA_REGISTRY_URL: 'http://registry',
  TOLLGATE_DATABASE_URL: 'postgres://db/tollgate',
  TOLLGATE_REDIS_URL: 'redis://cache',
}
const STRIPE = { TOLLGATE_PAYMENT_PROVIDER: 'stripe' }

it.each<[what: string, environment: Record<string, string>, missing: string[]]>([
  ['nothing more is set', {}, []],
  ['payments lack a key', { ...STRIPE, TOLLGATE_ROLES: 'payments' }, ['TOLLGATE_STRIPE_SECRET_KEY']],
  [
    'the API lacks a key too',
    { ...STRIPE, TOLLGATE_ROLES: 'payments,api' },
    ['TOLLGATE_STRIPE_SECRET_KEY', 'TOLLGATE_STRIPE_WEBHOOK_SECRET'],
  ],
  ['no role uses the provider', { ...STRIPE, TOLLGATE_ROLES: 'rater,relay' }, []],
  ['the page lacks names', { TOLLGATE_PRODUCT: 'Dashboard' }, ['TOLLGATE_SELLER', 'TOLLGATE_DASHBOARD_URL']],
  [
    'several roles lack something',
    { ...STRIPE, TOLLGATE_STRIPE_SECRET_KEY: 'sk_test_1', TOLLGATE_SMTP_URL: 'smtp://mail.example' },
    ['TOLLGATE_STRIPE_WEBHOOK_SECRET', 'TOLLGATE_MAIL_FROM', 'TOLLGATE_PRODUCT'],
  ],
])('settings that do not go together are refused before anything starts: %s', (_what, environment, missing) => {
  expect(missingFrom({ ...LEAST, ...environment })).toEqual(missing)
})

function missingFrom(environment: Record<string, string>): string[] {
  try {
    readServiceConfig(environment)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.faults.map(({ name }) => name)
  }
}
