import { describe, expect, it } from 'vitest'
import { ConfigError, type Environment, parseConfig, parseDatabaseConfig } from '../../src/platform/config.ts'

const LEAST = {
  TOLLGATE_KAFKA_BROKERS: 'one:9092, two:9093',
  TOLLGATE_SCHEMA_REGISTRY_URL: 'http://registry:8081/apis/',
  TOLLGATE_DATABASE_URL: 'postgres://user:hunter2@db/tollgate',
  TOLLGATE_REDIS_URL: 'redis://cache',
}

describe('parseConfig', () => {
  it('needs the four addresses and has a default for all else', () => {
    expect(parseConfig(LEAST)).toEqual({
      kafkaBrokers: ['one:9092', 'two:9093'],
      schemaRegistryUrl: 'http://registry:8081/apis',
      databaseUrl: 'postgres://user:hunter2@db/tollgate',
      redisUrl: 'redis://cache',
      roles: ['rater', 'relay'],
      recordTopics: new Set(['usage.rated.v1', 'credit.movements.v1']),
      consumerGroup: 'tollgate-rater',
      httpPort: 8080,
      logLevel: 'info',
      batchEvents: 2500,
      batchMillis: 25,
      partitions: 12,
      replicationFactor: 1,
      instanceId: expect.stringMatching(/-[0-9]+-[0-9a-f]{8}$/),
      drainMillis: 10_000,
      awaitedCorrectionDays: 90,
    })
  })

  it('gives each process an instance id of its own', () => {
    expect(parseConfig(LEAST).instanceId).not.toBe(parseConfig(LEAST).instanceId)
  })

  it('takes an empty variable as one that is not set', () => {
    expect(parseConfig({ ...LEAST, TOLLGATE_ROLES: '', TOLLGATE_HTTP_PORT: '' })).toMatchObject({ httpPort: 8080 })
  })

  it.each([
    ['TOLLGATE_ROLES', 'relay', { roles: ['relay'] }],
    ['TOLLGATE_RECORD_TOPICS', 'none', { recordTopics: new Set() }],
    ['TOLLGATE_RECORD_TOPICS', 'credit.movements.v1', { recordTopics: new Set(['credit.movements.v1']) }],
    ['TOLLGATE_HTTP_PORT', '0', { httpPort: 0 }],
    ['TOLLGATE_KAFKA_BROKERS', '[::1]:9092', { kafkaBrokers: ['[::1]:9092'] }],
  ])('reads %s=%s', (name, value, expected) => {
    expect(parseConfig({ ...LEAST, [name]: value })).toMatchObject(expected)
  })

  it.each([
    ['TOLLGATE_KAFKA_BROKERS', undefined, 'is required'],
    ['TOLLGATE_KAFKA_BROKERS', 'one', 'must be host:port'],
    ['TOLLGATE_KAFKA_BROKERS', 'one:9092,,', 'must be host:port'],
    ['TOLLGATE_KAFKA_BROKERS', 'one:99999', 'must be host:port'],
    ['TOLLGATE_SCHEMA_REGISTRY_URL', 'registry:8081', 'must be a URL that starts with http:// or https://'],
    ['TOLLGATE_DATABASE_URL', 'mysql://db', 'must be a URL that starts with postgres:// or postgresql://'],
    ['TOLLGATE_REDIS_URL', 'cache', 'must be a URL that starts with redis:// or rediss://'],
    ['TOLLGATE_ROLES', 'rater,cook', 'must be some of rater, relay'],
    ['TOLLGATE_RECORD_TOPICS', 'usage.calls.v1', 'must be some of usage.rated.v1, credit.movements.v1, or none'],
    ['TOLLGATE_CONSUMER_GROUP', 'a b', 'must be 1 to 200 letters'],
    ['TOLLGATE_HTTP_PORT', '70000', 'must be a whole number from 0 to 65535'],
    ['TOLLGATE_HTTP_PORT', '80x', 'must be a whole number'],
    ['TOLLGATE_LOG_LEVEL', 'loud', 'must be one of trace'],
    ['TOLLGATE_BATCH_EVENTS', '0', 'must be a whole number from 1'],
    ['TOLLGATE_PARTITIONS', '-1', 'must be a whole number from 1'],
    ['TOLLGATE_AWAITED_CORRECTION_DAYS', '0', 'must be a whole number from 1'],
  ])('refuses %s=%s', (name, value, problem) => {
    const faults = faultsOf({ ...LEAST, [name]: value })
    expect(faults).toEqual([{ name, problem: expect.stringContaining(problem) }])
  })

  it('names every mistake at once, and no secret', () => {
    const error = errorOf({ TOLLGATE_DATABASE_URL: 'mysql://user:hunter2@db', TOLLGATE_HTTP_PORT: 'x' })
    expect(error.faults.map(({ name }) => name)).toEqual([
      'TOLLGATE_KAFKA_BROKERS',
      'TOLLGATE_SCHEMA_REGISTRY_URL',
      'TOLLGATE_DATABASE_URL',
      'TOLLGATE_REDIS_URL',
      'TOLLGATE_HTTP_PORT',
    ])
    expect(error.message).not.toContain('hunter2')
  })
})

describe('parseDatabaseConfig', () => {
  it('looks at nothing but the database and the log level', () => {
    const env = { TOLLGATE_DATABASE_URL: LEAST.TOLLGATE_DATABASE_URL, TOLLGATE_HTTP_PORT: 'x' }
    expect(parseDatabaseConfig(env)).toEqual({ databaseUrl: LEAST.TOLLGATE_DATABASE_URL, logLevel: 'info' })
  })
})

function errorOf(env: Environment): ConfigError {
  try {
    parseConfig(env)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('no ConfigError was thrown')
}

function faultsOf(env: Environment) {
  return errorOf(env).faults
}
