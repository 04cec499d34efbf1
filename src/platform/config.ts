/**
 * What the process is told from outside, read once at the start. Every mistake is reported in one go, so that nobody
 * fixes them one restart at a time; values are never repeated, because URLs carry passwords.
 */
import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import { z } from 'zod'

export const ROLES = ['rater', 'relay'] as const
export type Role = (typeof ROLES)[number]

/** The topics that record every movement and every rated event: large, and not needed by everybody. */
export const RECORD_TOPICS = ['usage.rated.v1', 'credit.movements.v1'] as const
export type RecordTopic = (typeof RECORD_TOPICS)[number]

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Config {
  readonly kafkaBrokers: string[]
  readonly schemaRegistryUrl: string
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly roles: Role[]
  readonly recordTopics: ReadonlySet<RecordTopic>
  readonly consumerGroup: string
  readonly httpPort: number
  readonly logLevel: LogLevel
  readonly batchEvents: number
  readonly batchMillis: number
  readonly partitions: number
  readonly replicationFactor: number
  readonly instanceId: string
  readonly drainMillis: number
  readonly awaitedCorrectionDays: number
}

export type ViewConfig = Pick<Config, 'databaseUrl' | 'redisUrl' | 'logLevel'>

export type DatabaseConfig = Pick<Config, 'databaseUrl' | 'logLevel'>

export type Environment = Readonly<Record<string, string | undefined>>

/** One mistake: which variable, and what is wrong with it, in words that hold no secret. */
export interface ConfigFault {
  readonly name: string
  readonly problem: string
}

export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(`the configuration is wrong:\n${faults.map(({ name, problem }) => `  ${name}: ${problem}`).join('\n')}`)
    this.faults = faults
  }
}

const required = z.string({ error: 'is required' })

const brokers = required.transform((text, context) => {
  const list = text.split(',').map((broker) => broker.trim())
  if (list.every(isBroker)) return list
  context.addIssue({ code: 'custom', message: 'must be host:port, more than one separated by commas' })
  return z.NEVER
})

const roles = z.string().transform((text, context) => {
  const named = text.split(',').map((role) => role.trim())
  const known = ROLES.filter((role) => named.includes(role))
  if (named.every((role) => (ROLES as readonly string[]).includes(role))) return known
  context.addIssue({ code: 'custom', message: `must be some of ${ROLES.join(', ')}, separated by commas` })
  return z.NEVER
})

const recordTopics = z.string().transform((text, context) => {
  const named = text === 'none' ? [] : text.split(',').map((topic) => topic.trim())
  if (named.every((topic) => (RECORD_TOPICS as readonly string[]).includes(topic))) {
    return new Set(RECORD_TOPICS.filter((topic) => named.includes(topic)))
  }
  context.addIssue({ code: 'custom', message: `must be some of ${RECORD_TOPICS.join(', ')}, or none` })
  return z.NEVER
})

const logLevel = z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` })

const variables = z.object({
  TOLLGATE_KAFKA_BROKERS: brokers,
  TOLLGATE_SCHEMA_REGISTRY_URL: url('http:', 'https:').transform((text) => text.replace(/\/+$/, '')),
  TOLLGATE_DATABASE_URL: url('postgres:', 'postgresql:'),
  TOLLGATE_REDIS_URL: url('redis:', 'rediss:'),
  TOLLGATE_ROLES: roles.prefault(ROLES.join(',')),
  TOLLGATE_RECORD_TOPICS: recordTopics.prefault(RECORD_TOPICS.join(',')),
  TOLLGATE_CONSUMER_GROUP: z
    .string()
    .regex(/^[\w.-]{1,200}$/, { error: 'must be 1 to 200 letters, digits, dots, dashes or underscores' })
    .default('tollgate-rater'),
  TOLLGATE_HTTP_PORT: whole(0, 65_535).default(8080),
  TOLLGATE_LOG_LEVEL: logLevel.default('info'),
  TOLLGATE_BATCH_EVENTS: whole(1, 50_000).default(2500),
  TOLLGATE_BATCH_MILLIS: whole(0, 10_000).default(25),
  TOLLGATE_PARTITIONS: whole(1, 10_000).default(12),
  TOLLGATE_REPLICATION_FACTOR: whole(1, 100).default(1),
  TOLLGATE_INSTANCE_ID: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be 1 to 200 printable ASCII characters without spaces' })
    .default(() => `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`),
  TOLLGATE_DRAIN_MILLIS: whole(0, 600_000).default(10_000),
  TOLLGATE_AWAITED_CORRECTION_DAYS: whole(1, 3650).default(90),
})

const viewVariables = variables.pick({
  TOLLGATE_DATABASE_URL: true,
  TOLLGATE_REDIS_URL: true,
  TOLLGATE_LOG_LEVEL: true,
})
const databaseVariables = variables.pick({ TOLLGATE_DATABASE_URL: true, TOLLGATE_LOG_LEVEL: true })

export function parseConfig(env: Environment): Config {
  const read = parse(variables, env)
  return {
    kafkaBrokers: read.TOLLGATE_KAFKA_BROKERS,
    schemaRegistryUrl: read.TOLLGATE_SCHEMA_REGISTRY_URL,
    databaseUrl: read.TOLLGATE_DATABASE_URL,
    redisUrl: read.TOLLGATE_REDIS_URL,
    roles: read.TOLLGATE_ROLES,
    recordTopics: read.TOLLGATE_RECORD_TOPICS,
    consumerGroup: read.TOLLGATE_CONSUMER_GROUP,
    httpPort: read.TOLLGATE_HTTP_PORT,
    logLevel: read.TOLLGATE_LOG_LEVEL,
    batchEvents: read.TOLLGATE_BATCH_EVENTS,
    batchMillis: read.TOLLGATE_BATCH_MILLIS,
    partitions: read.TOLLGATE_PARTITIONS,
    replicationFactor: read.TOLLGATE_REPLICATION_FACTOR,
    instanceId: read.TOLLGATE_INSTANCE_ID,
    drainMillis: read.TOLLGATE_DRAIN_MILLIS,
    awaitedCorrectionDays: read.TOLLGATE_AWAITED_CORRECTION_DAYS,
  }
}

/** For commands that work on the live view. */
export function parseViewConfig(env: Environment): ViewConfig {
  const read = parse(viewVariables, env)
  return {
    databaseUrl: read.TOLLGATE_DATABASE_URL,
    redisUrl: read.TOLLGATE_REDIS_URL,
    logLevel: read.TOLLGATE_LOG_LEVEL,
  }
}

/** For commands that need the database and nothing else. */
export function parseDatabaseConfig(env: Environment): DatabaseConfig {
  const read = parse(databaseVariables, env)
  return { databaseUrl: read.TOLLGATE_DATABASE_URL, logLevel: read.TOLLGATE_LOG_LEVEL }
}

function parse<T extends z.ZodType>(schema: T, env: Environment): z.output<T> {
  // An empty variable is how deployment tools spell "not set".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw new ConfigError(
    result.error.issues.map((issue) => ({ name: String(issue.path[0] ?? ''), problem: issue.message })),
  )
}

function url(...protocols: string[]) {
  const wanted = `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
  return required.refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), { error: wanted })
}

function whole(least: number, most: number) {
  const wanted = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error: wanted, abort: true })
    .transform(Number)
    .refine((value) => value >= least && value <= most, { error: wanted })
}

function isBroker(text: string): boolean {
  const port = /^(?:[\w.-]+|\[[\da-fA-F:]+\]):(\d{1,5})$/.exec(text)?.[1]
  return port !== undefined && Number(port) > 0 && Number(port) <= 65_535
}
