/** The API on a separate ledger, called over HTTP by all its callers: services, people of accounts, operators. */

import { cookieNameOf } from '../../src/api/access/cookies.ts'
import type { Permission } from '../../src/api/access/permissions.ts'
import { createTokenReader } from '../../src/api/access/tokens.ts'
import { LIVE_TIMES, type LiveTimes } from '../../src/api/live/times.ts'
import type { PageFiles } from '../../src/api/pages/page-files.ts'
import { brandOf, type PortalSettings } from '../../src/api/portal/settings.ts'
import { createApi } from '../../src/api/server.ts'
import { DEFAULT_BOUNDS } from '../../src/core/top-up/settings.ts'
import { openReplaySender } from '../../src/dead-letters/replay-sender.ts'
import { createApiKey } from '../../src/ledger/access/api-keys.ts'
import { createPortalLink, openPortalSession } from '../../src/ledger/access/portal-sessions.ts'
import { CatalogStore } from '../../src/ledger/catalogs/catalogs.ts'
import { RecentCatalogs } from '../../src/ledger/catalogs/recent-catalogs.ts'
import type { PaymentProvider, WebhookReader } from '../../src/payments/providers/provider.ts'
import { createKafka } from '../../src/platform/kafka/client.ts'
import { createLog, type Logger } from '../../src/platform/log.ts'
import { Registry } from '../../src/platform/metrics.ts'
import { createViewListener } from '../../src/view/listen.ts'
import { connectRedis } from '../../src/view/redis.ts'
import { componentEnvironment } from './components.ts'
import { openTestPayments, type TestPayments } from './payments.ts'
import { openTestIssuer, type TestIssuer } from './tokens.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into it
  readonly body: any
}

export interface Asked {
  readonly token?: string | undefined
  /** Cookies of sessions of the billing page, sent as its own pages would. */
  readonly session?: string | undefined
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

export interface TestApi extends TestPayments {
  readonly url: string
  readonly registry: Registry
  readonly dashboard: TestIssuer
  readonly operators: TestIssuer
  ask(method: string, path: string, asked?: Asked): Promise<Answer>
  /** The token of a new API key. */
  key(scopes: readonly Permission[], accountIds?: readonly string[] | null): Promise<string>
  person(accountId: string, role: 'admin' | 'member', subject?: string): Promise<string>
  operator(): Promise<string>
  /** The cookie of a newly opened session of the billing page. */
  session(
    accountId: string,
    role: 'admin' | 'member',
    personId?: string,
    shown?: { readonly name?: string; readonly locale?: string },
  ): Promise<string>
}

/** An origin that customers may be returned to. */
export const DASHBOARD = 'https://dashboard.example'

export const TEST_PORTAL: PortalSettings = {
  product: 'Harbor Cloud',
  seller: 'Harbor Telecom GmbH',
  statementDescriptor: 'HARBOR TELECOM',
  dashboardUrl: `${DASHBOARD}/home`,
  brandColor: '#1f5fd6',
  locale: 'en-US',
  embeddingOrigins: [],
}

const NO_LIMIT = 1_000_000

export interface TestApiOptions {
  readonly log?: Logger
  readonly requestsPerMinute?: number
  readonly anonymousRequestsPerMinute?: number
  readonly redisUrl?: string
  readonly portal?: PortalSettings | null
  /** Without it, the plain page. */
  readonly page?: PageFiles | null
  /** The URL for browsers, if not the address where it listens. */
  readonly publicUrl?: string
  readonly streams?: number
  readonly streamsPerCaller?: number
  /** Instead of the production limits. */
  readonly liveTimes?: Partial<LiveTimes>
  /** Where dead letters are replayed to; without it, nowhere. */
  readonly kafkaBrokers?: readonly string[]
  /** Instead of the sandbox, whose pages are served anyway. */
  readonly provider?: PaymentProvider
  readonly webhooks?: WebhookReader | null
}

/** An unused address. */
const NO_BROKER = '127.0.0.1:1'

export async function openTestApi({
  log = createLog('silent'),
  requestsPerMinute = NO_LIMIT,
  anonymousRequestsPerMinute = NO_LIMIT,
  redisUrl,
  streams = NO_LIMIT,
  streamsPerCaller = NO_LIMIT,
  liveTimes = {},
  kafkaBrokers = [NO_BROKER],
  portal = TEST_PORTAL,
  page = null,
  publicUrl,
  provider: otherProvider,
  webhooks = null,
}: TestApiOptions = {}): Promise<TestApi> {
  let url = ''
  const payments = await openTestPayments({ pagesUrl: () => url })
  const browserUrl = () => publicUrl ?? url
  const { pool, publishing, provider } = payments
  const [dashboard, operators] = await Promise.all([openTestIssuer('dashboard'), openTestIssuer('operators')])
  const redisAddress = redisUrl ?? (await componentEnvironment(['redis'])).TOLLGATE_REDIS_URL!
  const redis = connectRedis(redisAddress, log, 100)
  const replaySender = openReplaySender(createKafka({ brokers: [...kafkaBrokers] }, createLog('silent')), 1)
  const registry = new Registry()
  const api = await createApi({
    context: {
      writer: { pool, publishing },
      catalogs: new CatalogStore(),
      recentCatalogs: new RecentCatalogs(pool),
      provider: otherProvider ?? provider,
      replaySender,
      sandbox: provider.desk,
      webhooks,
      bounds: DEFAULT_BOUNDS,
      publicUrl: browserUrl,
      returnOrigins: [DASHBOARD],
      brand: portal === null ? { product: null, color: '#1f5fd6', locale: 'en-US' } : brandOf(portal),
      portal,
      page,
      log,
    },
    readToken: createTokenReader({ dashboard, operators, accountClaim: 'account_id', roleClaim: 'role' }),
    limits: { redis, requestsPerMinute, anonymousRequestsPerMinute },
    live: {
      news: createViewListener(redisAddress, log),
      limits: { streams, streamsPerCaller },
      times: { ...LIVE_TIMES, ...liveTimes },
    },
    trustedProxies: [],
    registry,
    onWritten: () => {},
  })
  url = await api.listen({ port: 0, host: '127.0.0.1' })

  return {
    ...payments,
    url,
    registry,
    dashboard,
    operators,
    async ask(method, path, { token, session, body, headers = {} } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(session === undefined ? {} : { cookie: session, origin: new URL(browserUrl()).origin }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        redirect: 'manual',
      })
      const text = await response.text()
      const isJson = /json/.test(response.headers.get('content-type') ?? '')
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    },
    async key(scopes, accountIds = null) {
      const { token } = await createApiKey(pool, { name: 'test service', scopes, accountIds, actor: 'test' })
      return token
    },
    person: (accountId, role, subject = 'ann') => dashboard.sign({ sub: subject, account_id: accountId, role }),
    operator: () => operators.sign({ sub: 'olga', role: 'operator' }),
    async session(accountId, role, personId = 'ann', { name = 'Ann Arbor', locale = 'en-US' } = {}) {
      const person = { id: personId, name }
      const link = await createPortalLink(pool, { accountId, person, role, locale, actor: 'test' })
      const opened = await openPortalSession(pool, link!.token, [])
      return `${cookieNameOf(accountId, browserUrl())}=${opened!.secret}`
    },
    async close() {
      await api.close()
      redis.disconnect()
      await replaySender.close()
      await Promise.all([dashboard.close(), operators.close()])
      await payments.close()
    },
  }
}
