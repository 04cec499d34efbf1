/**
 * The configuration, read once at startup from environment variables. It has one section per concern; a command or role
 * reads only the sections that it needs. All mistakes are reported together. Values are never repeated in messages,
 * because URLs contain passwords.
 *
 * A secret may be given as a file instead, as orchestrators mount them: `TOLLGATE_DATABASE_URL_FILE` names a file whose
 * trimmed text is the value.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { hostname } from 'node:os'
import { z } from 'zod'
import type { Bounds } from '../core/bounds.ts'
import { CURRENCIES, type Currency, parseMoney } from '../core/money.ts'
import { DEFAULT_LOCALE, isLocale } from '../core/settings/contacts.ts'
import { RECORD_TOPICS, type RecordTopic } from '../topics.ts'

export const ROLES = ['rater', 'relay', 'payments', 'api', 'jobs'] as const
export type Role = (typeof ROLES)[number]

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

interface Variable<S extends z.ZodType = z.ZodType> {
  readonly name: string
  readonly schema: S
  readonly isSecret: boolean
}

function variable<S extends z.ZodType>(name: string, schema: S): Variable<S> {
  return { name, schema, isSecret: false }
}

/** A variable that may also be given as `<name>_FILE`. */
function secret<S extends z.ZodType>(name: string, schema: S): Variable<S> {
  return { name, schema, isSecret: true }
}

const required = z.string({ error: 'is required' })

const brokers = required.transform((text, context) => {
  const list = text.split(',').map((broker) => broker.trim())
  if (list.every(isBroker)) return list
  context.addIssue({ code: 'custom', message: 'must be host:port, or several separated by commas' })
  return z.NEVER
})

const roles = listOf<Role>(ROLES, `must be one or more of ${ROLES.join(', ')}, separated by commas`)
const recordTopics = listOf<RecordTopic>(
  RECORD_TOPICS,
  `must be one or more of ${RECORD_TOPICS.join(', ')}, separated by commas, or none`,
  'none',
)

const SECTIONS = {
  process: {
    roles: variable('TOLLGATE_ROLES', roles.prefault(ROLES.join(','))),
    /** Port for operators: metrics, health, readiness. */
    httpPort: variable('TOLLGATE_HTTP_PORT', whole(0, 65_535).default(8080)),
    instanceId: variable(
      'TOLLGATE_INSTANCE_ID',
      z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be 1 to 200 printable ASCII characters without spaces' })
        .default(() => `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`),
    ),
    /** How long work in progress may take to finish once the process is asked to stop. */
    drainMs: variable('TOLLGATE_DRAIN_MILLIS', whole(0, 600_000).default(10_000)),
  },
  log: {
    level: variable(
      'TOLLGATE_LOG_LEVEL',
      z.enum(LOG_LEVELS, { error: `must be one of ${LOG_LEVELS.join(', ')}` }).default('info'),
    ),
  },
  database: {
    url: secret('TOLLGATE_DATABASE_URL', url('postgres:', 'postgresql:')),
  },
  sandbox: {
    /** Null: on the ledger's server, in a database named after the ledger's. */
    databaseUrl: secret(
      'TOLLGATE_SANDBOX_DATABASE_URL',
      url('postgres:', 'postgresql:')
        .optional()
        .transform((text) => text ?? null),
    ),
  },
  provider: {
    /** The payment provider. The `sandbox` moves no money. */
    name: variable(
      'TOLLGATE_PAYMENT_PROVIDER',
      z.enum(['sandbox', 'stripe'], { error: 'must be sandbox or stripe' }).default('sandbox'),
    ),
    /** The secret or restricted key; null if not given, which only the sandbox accepts. */
    stripeSecretKey: secret('TOLLGATE_STRIPE_SECRET_KEY', startsWith('sk_', 'rk_')),
    /** The secret that Stripe signs webhooks with, and the previous one while it is rotated. */
    stripeWebhookSecret: secret('TOLLGATE_STRIPE_WEBHOOK_SECRET', startsWith('whsec_')),
    stripePreviousWebhookSecret: secret('TOLLGATE_STRIPE_WEBHOOK_SECRET_PREVIOUS', startsWith('whsec_')),
    /** Stripe mails receipts to the first billing contact of an account. */
    stripeReceipts: variable('TOLLGATE_STRIPE_RECEIPTS', yesOrNo().default(false)),
    /** In place of Stripe's own address; for tests. */
    stripeApiUrl: variable(
      'TOLLGATE_STRIPE_API_URL',
      url('http:', 'https:')
        .optional()
        .transform((text) => text ?? null),
    ),
  },
  redis: {
    url: secret(
      'TOLLGATE_REDIS_URL',
      urlWithLogin('redis:', 'rediss:').refine((text) => /^(\/\d*)?$/.test(new URL(text).pathname), {
        error: 'must have no path but the number of a database, such as /1',
      }),
    ),
  },
  kafka: {
    brokers: variable('TOLLGATE_KAFKA_BROKERS', brokers),
    schemaRegistryUrl: secret(
      'TOLLGATE_SCHEMA_REGISTRY_URL',
      urlWithLogin('http:', 'https:').transform((text) => text.replace(/\/+$/, '')),
    ),
    /** For topics that are created at startup. */
    partitions: variable('TOLLGATE_PARTITIONS', whole(1, 10_000).default(12)),
    replicationFactor: variable('TOLLGATE_REPLICATION_FACTOR', whole(1, 100).default(1)),
    consumerGroup: variable(
      'TOLLGATE_CONSUMER_GROUP',
      z
        .string()
        .regex(/^[\w.-]{1,200}$/, { error: 'must be 1 to 200 letters, digits, dots, dashes or underscores' })
        .default('tollgate-rater'),
    ),
  },
  publishing: {
    recordTopics: variable('TOLLGATE_RECORD_TOPICS', recordTopics.prefault(RECORD_TOPICS.join(','))),
  },
  rater: {
    batchEvents: variable('TOLLGATE_BATCH_EVENTS', whole(1, 50_000).default(2500)),
    batchMs: variable('TOLLGATE_BATCH_MILLIS', whole(0, 10_000).default(25)),
    awaitedCorrectionDays: variable('TOLLGATE_AWAITED_CORRECTION_DAYS', whole(1, 3650).default(90)),
    connections: variable('TOLLGATE_RATER_CONNECTIONS', whole(3, 100).default(5)),
  },
  topUps: {
    /** Minimum and maximum of one payment, by currency; currencies left out keep the defaults. */
    payment: variable('TOLLGATE_PAYMENT_BOUNDS', bounds()),
    threshold: variable('TOLLGATE_THRESHOLD_BOUNDS', bounds()),
  },
  payments: {
    connections: variable('TOLLGATE_PAYMENTS_CONNECTIONS', whole(4, 100).default(10)),
  },
  api: {
    port: variable('TOLLGATE_API_PORT', whole(0, 65_535).default(8090)),
    /** Where browsers and services reach the API; null: on this machine, at its port. */
    publicUrl: variable(
      'TOLLGATE_API_URL',
      url('http:', 'https:')
        .optional()
        .transform((text) => text?.replace(/\/+$/, '') ?? null),
    ),
    connections: variable('TOLLGATE_API_CONNECTIONS', whole(2, 100).default(10)),
    /** Requests per minute that one caller may make. */
    requestsPerMinute: variable('TOLLGATE_API_REQUESTS_PER_MINUTE', whole(1, 1_000_000).default(1_200)),
    /** The same per address, for requests that are refused or need no credential: it stops the guessing of keys. */
    anonymousRequestsPerMinute: variable(
      'TOLLGATE_API_ANONYMOUS_REQUESTS_PER_MINUTE',
      whole(1, 1_000_000).default(300),
    ),
    /** Live streams that a process may have open, and how many of them one caller may have. */
    streams: variable('TOLLGATE_API_STREAMS', whole(1, 100_000).default(5_000)),
    streamsPerCaller: variable('TOLLGATE_API_STREAMS_PER_CALLER', whole(1, 100_000).default(100)),
    /** Addresses or networks of proxies whose `X-Forwarded-For` is trusted. */
    trustedProxies: variable('TOLLGATE_TRUSTED_PROXIES', listOfNetworks()),
    /** Origins, besides the API's own, to which customers may return from the provider's pages. */
    returnOrigins: variable('TOLLGATE_RETURN_ORIGINS', listOfOrigins()),
  },
  tokens: {
    /** Issuer of dashboard tokens, whose people see their own account. Null: no such tokens are accepted. */
    dashboard: variable('TOLLGATE_JWT', issuer()),
    /** Issuer of operator tokens, the only one that may claim `operator`. */
    operators: variable('TOLLGATE_OPERATOR_JWT', issuer()),
    accountClaim: variable('TOLLGATE_JWT_ACCOUNT_CLAIM', claim().default('account_id')),
    roleClaim: variable('TOLLGATE_JWT_ROLE_CLAIM', claim().default('role')),
  },
  /** How the installation presents itself to customers. Without these there is no billing page. */
  brand: {
    /** The name of the dashboard that the billing page belongs to. */
    product: variable('TOLLGATE_PRODUCT', name()),
    /** Who sells the credit and may charge for it. */
    seller: variable('TOLLGATE_SELLER', name()),
    /** The text of payments on card statements, as set at the provider. Null: unknown, so it is not mentioned. */
    statementDescriptor: variable('TOLLGATE_STATEMENT_DESCRIPTOR', name()),
    /** Where the way back leads. */
    dashboardUrl: variable(
      'TOLLGATE_DASHBOARD_URL',
      url('http:', 'https:')
        .optional()
        .transform((text) => text ?? null),
    ),
    color: variable(
      'TOLLGATE_BRAND_COLOR',
      z
        .string()
        .regex(/^#[\da-f]{6}$/i, { error: 'must be a colour such as #1f5fd6' })
        .default('#1f5fd6')
        .transform((text) => text.toLowerCase()),
    ),
    /** For people whose language is not known. */
    locale: variable(
      'TOLLGATE_LOCALE',
      z.string().refine(isLocale, { error: 'must be a locale such as en-US or de' }).default(DEFAULT_LOCALE),
    ),
  },
  portal: {
    /** Origins whose pages may show the billing page in a frame; empty: none may. */
    embeddingOrigins: variable('TOLLGATE_EMBEDDING_ORIGINS', listOfOrigins()),
  },
  mail: {
    /** Null: no mail is sent. */
    smtpUrl: variable(
      'TOLLGATE_SMTP_URL',
      url('smtp:', 'smtps:')
        .refine(isServerAlone, { error: 'must be smtp://host:port or smtps://host:port, without user or path' })
        .optional()
        .transform((text) => text ?? null),
    ),
    /** Whether a connection that starts unencrypted (`smtp:`) must switch to TLS. */
    tls: variable(
      'TOLLGATE_SMTP_TLS',
      z
        .enum(['required', 'if_offered', 'never'], { error: 'must be required, if_offered or never' })
        .default('required'),
    ),
    user: variable(
      'TOLLGATE_SMTP_USER',
      z
        .string()
        .optional()
        .transform((text) => text ?? null),
    ),
    password: secret(
      'TOLLGATE_SMTP_PASSWORD',
      z
        .string()
        .optional()
        .transform((text) => text ?? null),
    ),
    /** The sender's address; the sender's name is the product's. */
    from: variable(
      'TOLLGATE_MAIL_FROM',
      z
        .string()
        .regex(/^[\x21-\x7e]+@[\w.-]+$/, { error: 'must be an address such as billing@dashboard.example' })
        .optional()
        .transform((text) => text ?? null),
    ),
    /** The time zone in which mails write times; they name it. */
    timeZone: variable(
      'TOLLGATE_MAIL_TIME_ZONE',
      z.string().refine(isTimeZone, { error: 'must be a time zone such as Europe/Berlin' }).default('UTC'),
    ),
  },
  relay: {
    /** For each of the two lanes, which have separate pools. */
    connections: variable('TOLLGATE_RELAY_CONNECTIONS', whole(1, 100).default(4)),
  },
  jobs: {
    connections: variable('TOLLGATE_JOBS_CONNECTIONS', whole(3, 100).default(6)),
    /**
     * Phone numbers are cleared this many days after they were recorded. At least 35, longer than any month, so that
     * the current month's partition is never being cleared (src/ledger/upkeep/clear-numbers.ts).
     */
    numbersKeptDays: variable('TOLLGATE_NUMBERS_KEPT_DAYS', whole(35, 3650).default(180)),
  },
} as const satisfies Record<string, Record<string, Variable>>

export type SectionName = keyof typeof SECTIONS

/** The configuration, by section. */
export type Config = {
  readonly [S in SectionName]: {
    readonly [K in keyof (typeof SECTIONS)[S]]: (typeof SECTIONS)[S][K] extends Variable<infer T> ? z.output<T> : never
  }
}

export const SECTION_NAMES = Object.keys(SECTIONS) as SectionName[]

/** Every variable and whether it is secret; tests compare the documents with it. */
export function listVariables(): { readonly name: string; readonly isSecret: boolean }[] {
  return SECTION_NAMES.flatMap((section) => Object.values(SECTIONS[section] as Record<string, Variable>)).map(
    ({ name, isSecret }) => ({ name, isSecret }),
  )
}

export type Environment = Readonly<Record<string, string | undefined>>

/** One mistake: the variable, and what is wrong, without any secret. */
export interface ConfigFault {
  readonly name: string
  readonly problem: string
}

/** The configuration is wrong; lists every mistake. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly ConfigFault[]

  constructor(faults: readonly ConfigFault[]) {
    super(`the configuration is not valid:\n${faults.map(({ name, problem }) => `  ${name}: ${problem}`).join('\n')}`)
    this.faults = faults
  }
}

/** Reads the sections asked for and no variable of any other. Throws `ConfigError` with all mistakes. */
export function parseConfig<const S extends SectionName>(env: Environment, sections: readonly S[]): Pick<Config, S> {
  const faults: ConfigFault[] = []
  const entries = sections.map((section) => {
    const variables: Readonly<Record<string, Variable>> = SECTIONS[section]
    const values = Object.entries(variables).map(([key, one]) => [key, read(one, env, faults)])
    return [section, Object.fromEntries(values)]
  })
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.fromEntries(entries) as Pick<Config, S>
}

function read({ name, schema, isSecret }: Variable, env: Environment, faults: ConfigFault[]): unknown {
  let text = given(env, name)
  const file = isSecret ? given(env, `${name}_FILE`) : undefined
  if (file !== undefined) {
    if (text !== undefined) faults.push({ name, problem: `is set twice, directly and by ${name}_FILE` })
    try {
      text = readFileSync(file, 'utf8').trim()
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      faults.push({ name: `${name}_FILE`, problem: `names a file that cannot be read (${code})` })
      return undefined
    }
  }
  const result = schema.safeParse(text)
  if (result.success) return result.data
  for (const { message } of result.error.issues) faults.push({ name, problem: message })
  return undefined
}

/** Deployment tools write an empty variable for "not set". */
function given(env: Environment, name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}

/** Further refinements get only texts that are URLs. */
function url(...protocols: string[]) {
  const wanted = `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`
  return required.refine((text) => protocols.includes(URL.parse(text)?.protocol ?? ''), { error: wanted, abort: true })
}

/** A URL whose user and password can be read. The client of Postgres accepts more than these. */
function urlWithLogin(...protocols: string[]) {
  return url(...protocols).refine(hasReadableLogin, {
    error: 'must have its user and password percent-encoded: write % as %25',
    abort: true,
  })
}

function hasReadableLogin(text: string): boolean {
  const { username, password } = new URL(text)
  try {
    decodeURIComponent(username + password)
    return true
  } catch {
    return false
  }
}

/** For secrets: the message does not repeat the value. */
function startsWith(...prefixes: string[]) {
  const wanted = `must start with ${prefixes.join(' or ')}, without spaces or line breaks`
  return z
    .string()
    .refine((text) => prefixes.some((prefix) => text.startsWith(prefix)) && /^[\x21-\x7e]+$/.test(text), {
      error: wanted,
    })
    .optional()
    .transform((text) => text ?? null)
}

function yesOrNo() {
  return z.enum(['yes', 'no'], { error: 'must be yes or no' }).transform((text) => text === 'yes')
}

function whole(min: number, max: number) {
  const wanted = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, { error: wanted, abort: true })
    .transform(Number)
    .refine((value) => value >= min && value <= max, { error: wanted })
}

/** Names separated by commas, as a set; `empty` is the word for an empty set. */
function listOf<T extends string>(known: readonly T[], wanted: string, empty?: string) {
  return z.string().transform((text, context): ReadonlySet<T> => {
    const named = text === empty ? [] : text.split(',').map((name) => name.trim())
    if (named.every((name) => (known as readonly string[]).includes(name))) {
      return new Set(known.filter((name) => named.includes(name)))
    }
    context.addIssue({ code: 'custom', message: wanted })
    return z.NEVER
  })
}

/** `EUR 5.00 5000.00, USD 5.00 5000.00`: minimum and maximum by currency, in whole cents. */
function bounds() {
  const wanted = `must be a currency (${CURRENCIES.join(' or ')}), the minimum and the maximum in whole cents, such as EUR 5.00 5000.00; several separated by commas`
  return z
    .string()
    .default('')
    .transform((text, context): Partial<Record<Currency, Bounds>> => {
      const given: Partial<Record<Currency, Bounds>> = {}
      for (const part of text === '' ? [] : text.split(',')) {
        const [name, min, max] = part.trim().split(/ +/)
        const currency = CURRENCIES.find((known) => known === name)
        const [minMicros, maxMicros] = [parseMoney(min ?? ''), parseMoney(max ?? '')]
        const areCents = [minMicros, maxMicros].every(
          (micros) => micros !== null && micros > 0n && micros % 10_000n === 0n,
        )
        if (currency === undefined || !areCents || minMicros! > maxMicros!) {
          context.addIssue({ code: 'custom', message: wanted })
          return z.NEVER
        }
        given[currency] = { minMicros: minMicros!, maxMicros: maxMicros! }
      }
      return given
    })
}

function listOfTexts() {
  return z
    .string()
    .default('')
    .transform((text): readonly string[] =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
}

function listOfOrigins() {
  return listOfTexts().refine((origins) => origins.every(isOrigin), {
    error: 'must be origins such as https://dashboard.example, separated by commas',
  })
}

/** As in `X-Forwarded-For`; a network as address/bits. */
function listOfNetworks() {
  return listOfTexts().refine((networks) => networks.every(isNetwork), {
    error: 'must be addresses or networks such as 10.0.0.0/8, separated by commas',
  })
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const version = isIP(address)
  const maxBits = version === 4 ? 32 : 128
  return version !== 0 && (bits === undefined || (Number(bits) >= 1 && Number(bits) <= maxBits))
}

/** In normalised form, and without characters that would end a directive of a content security policy. */
function isOrigin(text: string): boolean {
  return /^https?:\/\/[\w.:[\]-]+$/.test(text) && URL.parse(text)?.origin === text
}

/** An issuer of JWTs whose tokens are accepted. */
export interface TokenIssuer {
  readonly issuer: string
  readonly audience: string
  readonly jwksUrl: string
}

/** `issuer audience jwks-url`: the values of `iss` and `aud`, and where the keys are published. */
function issuer() {
  const wanted = 'must be the issuer, the audience and the URL of its key set (JWKS), separated by spaces'
  return z
    .string()
    .default('')
    .transform((text, context): TokenIssuer | null => {
      if (text === '') return null
      const [issuer, audience, jwksUrl, ...more] = text.split(/ +/)
      const isUrl = ['http:', 'https:'].includes(URL.parse(jwksUrl ?? '')?.protocol ?? '')
      if (isUrl && more.length === 0) return { issuer: issuer!, audience: audience!, jwksUrl: jwksUrl! }
      context.addIssue({ code: 'custom', message: wanted })
      return z.NEVER
    })
}

/** Credentials in a URL would be shown wherever the URL is shown. */
function isServerAlone(text: string): boolean {
  const { hostname, username, password, pathname, search } = new URL(text)
  return hostname !== '' && username + password + search === '' && (pathname === '' || pathname === '/')
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

/** A name that people read. */
function name() {
  return z
    .string()
    .regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u, { error: 'must be 1 to 100 characters, without control characters' })
    .optional()
    .transform((text) => text ?? null)
}

function claim() {
  return z.string().regex(/^[\x21-\x7e]{1,200}$/, { error: 'must be the name of a claim' })
}

function isBroker(text: string): boolean {
  const port = /^(?:[\w.-]+|\[[\da-fA-F:]+\]):(\d{1,5})$/.exec(text)?.[1]
  return port !== undefined && Number(port) > 0 && Number(port) <= 65_535
}
