import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  ConfigError,
  type Environment,
  listVariables,
  parseConfig,
  SECTION_NAMES,
  type SectionName,
} from '../../src/platform/config.ts'

const LEAST = {
  TOLLGATE_KAFKA_BROKERS: 'one:9092, two:9093',
  TOLLGATE_SCHEMA_REGISTRY_URL: 'http://registry:8081/apis/',
  TOLLGATE_DATABASE_URL: 'postgres://user:hunter2@db/tollgate',
  TOLLGATE_REDIS_URL: 'redis://cache',
}

const parseAll = (env: Environment) => parseConfig(env, SECTION_NAMES)

describe('the configuration', () => {
  it('requires four addresses and has defaults for everything else', () => {
    expect(parseAll(LEAST)).toEqual({
      process: {
        roles: new Set(['rater', 'relay', 'payments', 'api', 'jobs']),
        httpPort: 8080,
        instanceId: expect.stringMatching(/-[0-9]+-[0-9a-f]{8}$/),
        drainMs: 10_000,
      },
      log: { level: 'info' },
      database: { url: 'postgres://user:hunter2@db/tollgate' },
      sandbox: { databaseUrl: null },
      provider: {
        name: 'sandbox',
        stripeSecretKey: null,
        stripeWebhookSecret: null,
        stripePreviousWebhookSecret: null,
        stripeReceipts: false,
        stripeApiUrl: null,
      },
      redis: { url: 'redis://cache' },
      kafka: {
        brokers: ['one:9092', 'two:9093'],
        schemaRegistryUrl: 'http://registry:8081/apis',
        partitions: 12,
        replicationFactor: 1,
        consumerGroup: 'tollgate-rater',
      },
      publishing: { recordTopics: new Set(['credit.movements.v1', 'usage.rated.v1']) },
      rater: { batchEvents: 2500, batchMs: 25, awaitedCorrectionDays: 90, connections: 5 },
      topUps: { payment: {}, threshold: {} },
      payments: { connections: 10 },
      relay: { connections: 4 },
      jobs: { connections: 6, numbersKeptDays: 180 },
      api: {
        port: 8090,
        publicUrl: null,
        connections: 10,
        requestsPerMinute: 1_200,
        anonymousRequestsPerMinute: 300,
        streams: 5_000,
        streamsPerCaller: 100,
        trustedProxies: [],
        returnOrigins: [],
      },
      brand: {
        product: null,
        seller: null,
        statementDescriptor: null,
        dashboardUrl: null,
        color: '#1f5fd6',
        locale: 'en-US',
      },
      portal: { embeddingOrigins: [] },
      mail: { smtpUrl: null, tls: 'required', user: null, password: null, from: null, timeZone: 'UTC' },
      tokens: { dashboard: null, operators: null, accountClaim: 'account_id', roleClaim: 'role' },
    })
  })

  it('gives each process its own instance id', () => {
    const instanceId = () => parseConfig(LEAST, ['process']).process.instanceId
    expect(instanceId()).not.toBe(instanceId())
  })

  it('treats an empty variable as not set', () => {
    const { process } = parseAll({ ...LEAST, TOLLGATE_ROLES: '', TOLLGATE_HTTP_PORT: '' })
    expect(process).toMatchObject({ httpPort: 8080, roles: new Set(['rater', 'relay', 'payments', 'api', 'jobs']) })
  })

  it('reads only the requested sections', () => {
    const env = { TOLLGATE_DATABASE_URL: LEAST.TOLLGATE_DATABASE_URL, TOLLGATE_HTTP_PORT: 'x' }
    expect(parseConfig(env, ['database', 'log'])).toEqual({
      database: { url: LEAST.TOLLGATE_DATABASE_URL },
      log: { level: 'info' },
    })
  })

  it.each<[string, string, SectionName, object]>([
    ['TOLLGATE_ROLES', 'relay', 'process', { roles: new Set(['relay']) }],
    ['TOLLGATE_RECORD_TOPICS', 'none', 'publishing', { recordTopics: new Set() }],
    ['TOLLGATE_RECORD_TOPICS', 'usage.rated.v1', 'publishing', { recordTopics: new Set(['usage.rated.v1']) }],
    ['TOLLGATE_HTTP_PORT', '0', 'process', { httpPort: 0 }],
    ['TOLLGATE_API_URL', 'https://billing.example/', 'api', { publicUrl: 'https://billing.example' }],
    [
      'TOLLGATE_RETURN_ORIGINS',
      'https://a.example, https://b.example:8443',
      'api',
      { returnOrigins: ['https://a.example', 'https://b.example:8443'] },
    ],
    [
      'TOLLGATE_JWT',
      'https://id.example tollgate https://id.example/jwks.json',
      'tokens',
      {
        dashboard: { issuer: 'https://id.example', audience: 'tollgate', jwksUrl: 'https://id.example/jwks.json' },
      },
    ],
    [
      'TOLLGATE_PAYMENT_BOUNDS',
      'EUR 5.00 100.00, USD 10 20.5',
      'topUps',
      {
        payment: {
          EUR: { minMicros: 5_000_000n, maxMicros: 100_000_000n },
          USD: { minMicros: 10_000_000n, maxMicros: 20_500_000n },
        },
      },
    ],
    ['TOLLGATE_PAYMENT_PROVIDER', 'stripe', 'provider', { name: 'stripe' }],
    ['TOLLGATE_STRIPE_SECRET_KEY', 'rk_live_x', 'provider', { stripeSecretKey: 'rk_live_x' }],
    ['TOLLGATE_STRIPE_RECEIPTS', 'yes', 'provider', { stripeReceipts: true }],
    ['TOLLGATE_PRODUCT', 'Harbor Cloud', 'brand', { product: 'Harbor Cloud' }],
    [
      'TOLLGATE_DASHBOARD_URL',
      'https://dashboard.example/home',
      'brand',
      { dashboardUrl: 'https://dashboard.example/home' },
    ],
    ['TOLLGATE_BRAND_COLOR', '#A1B2C3', 'brand', { color: '#a1b2c3' }],
    ['TOLLGATE_LOCALE', 'de-AT', 'brand', { locale: 'de-AT' }],
    ['TOLLGATE_EMBEDDING_ORIGINS', 'https://a.example', 'portal', { embeddingOrigins: ['https://a.example'] }],
    ['TOLLGATE_KAFKA_BROKERS', '[::1]:9092', 'kafka', { brokers: ['[::1]:9092'] }],
    ['TOLLGATE_REDIS_URL', 'rediss://user:p%25ss@cache/1', 'redis', { url: 'rediss://user:p%25ss@cache/1' }],
    [
      'TOLLGATE_TRUSTED_PROXIES',
      '10.0.0.1, 10.1.0.0/16, fd00::/8',
      'api',
      { trustedProxies: ['10.0.0.1', '10.1.0.0/16', 'fd00::/8'] },
    ],
  ])('reads %s=%s', (name, value, section, expected) => {
    expect(parseAll({ ...LEAST, [name]: value })[section]).toMatchObject(expected)
  })

  it.each([
    ['TOLLGATE_KAFKA_BROKERS', undefined, 'is required'],
    ['TOLLGATE_KAFKA_BROKERS', 'one', 'must be host:port'],
    ['TOLLGATE_KAFKA_BROKERS', 'one:9092,,', 'must be host:port'],
    ['TOLLGATE_KAFKA_BROKERS', 'one:99999', 'must be host:port'],
    ['TOLLGATE_SCHEMA_REGISTRY_URL', 'registry:8081', 'must be a URL that starts with http:// or https://'],
    ['TOLLGATE_DATABASE_URL', 'mysql://db', 'must be a URL that starts with postgres:// or postgresql://'],
    ['TOLLGATE_SANDBOX_DATABASE_URL', 'mysql://db', 'must be a URL that starts with postgres:// or postgresql://'],
    ['TOLLGATE_PAYMENT_PROVIDER', 'paypal', 'must be sandbox or stripe'],
    ['TOLLGATE_STRIPE_SECRET_KEY', 'pk_live_x', 'must start with sk_ or rk_'],
    ['TOLLGATE_STRIPE_WEBHOOK_SECRET', 'whsec_a b', 'must start with whsec_, without spaces'],
    ['TOLLGATE_STRIPE_RECEIPTS', 'true', 'must be yes or no'],
    ['TOLLGATE_REDIS_URL', 'cache', 'must be a URL that starts with redis:// or rediss://'],
    ['TOLLGATE_REDIS_URL', 'redis://user:p%ss@cache', 'must have its user and password percent-encoded'],
    ['TOLLGATE_REDIS_URL', 'redis://cache/main', 'must have no path but the number of a database'],
    ['TOLLGATE_SCHEMA_REGISTRY_URL', 'http://user:p%ss@registry', 'must have its user and password percent-encoded'],
    ['TOLLGATE_SMTP_URL', 'mail.example', 'must be a URL that starts with smtp:// or smtps://'],
    ['TOLLGATE_SMTP_URL', 'mail.example:25', 'must be a URL that starts with smtp:// or smtps://'],
    ['TOLLGATE_SMTP_URL', 'smtp://user:pass@mail.example', 'without user or path'],
    ['TOLLGATE_TRUSTED_PROXIES', 'proxy.example', 'must be addresses or networks such as 10.0.0.0/8'],
    ['TOLLGATE_TRUSTED_PROXIES', '10.0.0.1, 10.0.0.0/33', 'must be addresses or networks'],
    ['TOLLGATE_TRUSTED_PROXIES', '10.0.0.0/0', 'must be addresses or networks'],
    ['TOLLGATE_ROLES', 'rater,cook', 'must be one or more of rater, relay'],
    [
      'TOLLGATE_RECORD_TOPICS',
      'usage.calls.v1',
      'must be one or more of credit.movements.v1, usage.rated.v1, separated by commas, or none',
    ],
    ['TOLLGATE_CONSUMER_GROUP', 'a b', 'must be 1 to 200 letters'],
    ['TOLLGATE_HTTP_PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['TOLLGATE_HTTP_PORT', '80x', 'must be a whole number'],
    ['TOLLGATE_LOG_LEVEL', 'loud', 'must be one of trace'],
    ['TOLLGATE_BATCH_EVENTS', '0', 'must be a whole number from 1'],
    ['TOLLGATE_NUMBERS_KEPT_DAYS', '0', 'must be a whole number from 35 to 3650'],
    ['TOLLGATE_NUMBERS_KEPT_DAYS', '34', 'must be a whole number from 35 to 3650'],
    ['TOLLGATE_PARTITIONS', '-1', 'must be a whole number from 1'],
    ['TOLLGATE_AWAITED_CORRECTION_DAYS', '0', 'must be a whole number from 1'],
    ['TOLLGATE_RATER_CONNECTIONS', '2', 'must be a whole number from 3'],
    ['TOLLGATE_PRODUCT', 'a\nb', 'without control characters'],
    ['TOLLGATE_SELLER', 'x'.repeat(101), 'must be 1 to 100 characters'],
    ['TOLLGATE_DASHBOARD_URL', 'javascript:alert(1)', 'must be a URL that starts with http:// or https://'],
    ['TOLLGATE_BRAND_COLOR', 'red', 'must be a colour such as #1f5fd6'],
    ['TOLLGATE_BRAND_COLOR', '#fff', 'must be a colour'],
    ['TOLLGATE_BRAND_COLOR', '#1f5fd6;x', 'must be a colour'],
    ['TOLLGATE_LOCALE', 'de-a', 'must be a locale'],
    ['TOLLGATE_EMBEDDING_ORIGINS', 'https://a.example/path', 'must be origins'],
    ['TOLLGATE_EMBEDDING_ORIGINS', "https://a;script-src'x'", 'must be origins'],
    ['TOLLGATE_EMBEDDING_ORIGINS', '*', 'must be origins'],
    ['TOLLGATE_PAYMENT_BOUNDS', 'EUR 5.00', 'must be a currency'],
    ['TOLLGATE_PAYMENT_BOUNDS', 'GBP 5.00 6.00', 'must be a currency'],
    ['TOLLGATE_THRESHOLD_BOUNDS', 'EUR 5.001 6.00', 'in whole cents'],
    ['TOLLGATE_THRESHOLD_BOUNDS', 'EUR 7.00 6.00', 'the minimum and the maximum'],
  ])('refuses %s=%s', (name, value, problem) => {
    const faults = faultsOf({ ...LEAST, [name]: value })
    expect(faults).toEqual([{ name, problem: expect.stringContaining(problem) }])
  })

  it('reports every mistake at once, and no secret', () => {
    const error = errorOf({ TOLLGATE_DATABASE_URL: 'mysql://user:hunter2@db', TOLLGATE_HTTP_PORT: 'x' })
    expect(error.faults.map(({ name }) => name).toSorted()).toEqual([
      'TOLLGATE_DATABASE_URL',
      'TOLLGATE_HTTP_PORT',
      'TOLLGATE_KAFKA_BROKERS',
      'TOLLGATE_REDIS_URL',
      'TOLLGATE_SCHEMA_REGISTRY_URL',
    ])
    expect(error.message).not.toContain('hunter2')
  })

  it('is documented, variable by variable', () => {
    const text = readFileSync(join(import.meta.dirname, '../../docs/OPERATIONS.md'), 'utf8')
    expect(listVariables().filter(({ name }) => !text.includes(`\`${name}\``))).toEqual([])
  })
})

describe('a secret', () => {
  let folder: string
  const inFile = (text: string) => {
    const file = join(folder, 'secret')
    writeFileSync(file, text)
    return file
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tollgate-config-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('may come from a file, without its final line break', () => {
    const env = { TOLLGATE_DATABASE_URL_FILE: inFile('postgres://user:hunter2@db/tollgate\n') }
    expect(parseConfig(env, ['database']).database.url).toBe('postgres://user:hunter2@db/tollgate')
  })

  it.each<[what: string, env: () => Environment, name: string, problem: string]>([
    [
      'given twice',
      () => ({ ...LEAST, TOLLGATE_DATABASE_URL_FILE: inFile(LEAST.TOLLGATE_DATABASE_URL) }),
      'TOLLGATE_DATABASE_URL',
      'is set twice, directly and by TOLLGATE_DATABASE_URL_FILE',
    ],
    [
      'in a missing file',
      () => ({ TOLLGATE_DATABASE_URL_FILE: join(folder, 'none') }),
      'TOLLGATE_DATABASE_URL_FILE',
      'names a file that cannot be read (ENOENT)',
    ],
    [
      'invalid in its file',
      () => ({ TOLLGATE_DATABASE_URL_FILE: inFile('hunter2') }),
      'TOLLGATE_DATABASE_URL',
      'must be a URL that starts with postgres:// or postgresql://',
    ],
  ])('is refused when it is %s', (_what, env, name, problem) => {
    expect(faultsOf(env(), ['database'])).toEqual([{ name, problem }])
  })

  it('is the only kind of variable that may come from a file', () => {
    const env = { ...LEAST, TOLLGATE_HTTP_PORT_FILE: inFile('1234') }
    expect(parseConfig(env, ['process']).process.httpPort).toBe(8080)
  })
})

function errorOf(env: Environment, sections: readonly SectionName[] = SECTION_NAMES): ConfigError {
  try {
    parseConfig(env, sections)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('no ConfigError was thrown')
}

function faultsOf(env: Environment, sections?: readonly SectionName[]) {
  return errorOf(env, sections).faults
}
