/** The HTTP API, on its own port. Metrics and health stay on the operators' port. */
import { createTokenReader } from '../api/access/tokens.ts'
import { readPageFiles } from '../api/pages/page-files.ts'
import { portalSettings } from '../api/portal/settings.ts'
import type { Api } from '../api/routes/context.ts'
import { createApi } from '../api/server.ts'
import { boundsWith } from '../core/top-up/settings.ts'
import { openReplaySender } from '../dead-letters/replay-sender.ts'
import { CatalogStore } from '../ledger/catalogs/catalogs.ts'
import { RecentCatalogs } from '../ledger/catalogs/recent-catalogs.ts'
import { checkProvider, openProvider } from '../payments/open-provider.ts'
import { listenOn } from '../platform/http.ts'
import { createKafka } from '../platform/kafka/client.ts'
import { createPool } from '../platform/postgres.ts'
import { createEncoders } from '../platform/schemas.ts'
import { createViewListener } from '../view/listen.ts'
import { connectRedis } from '../view/redis.ts'
import { defineRole } from './role.ts'

/** Every request checks its rate limit in Redis first, so a slow Redis must not slow down the API. */
const REDIS_ANSWERS_WITHIN_MS = 100
/** Fewer than for the command: here a request is waiting. */
const REPLAY_RETRIES = 3

export const apiRole = defineRole({
  name: 'api',
  sections: [
    'process',
    'kafka',
    'database',
    'redis',
    'publishing',
    'topUps',
    'sandbox',
    'provider',
    'api',
    'tokens',
    'brand',
    'portal',
  ],
  checks: [portalSettings, (config) => checkProvider(config, true)],
  async start(config, { log, registry, outboxBell, signal }) {
    const portal = portalSettings(config)
    const page = portal === null ? null : readPageFiles()
    if (portal !== null && page === null)
      log.warn('the billing page is not built, so a plain one is served: run npm run page')
    await using starting = new AsyncDisposableStack()
    const pool = createPool(config.database.url, log, config.api.connections)
    starting.defer(() => pool.end())
    const { encode } = await createEncoders(config.kafka)
    const publicUrl = () => config.api.publicUrl ?? `http://127.0.0.1:${portOf(api)}`
    const { provider, desk, webhooks, close } = openProvider(config, log, { pagesUrl: publicUrl, takesWebhooks: true })
    starting.defer(close)
    const replaySender = openReplaySender(createKafka(config.kafka, log), REPLAY_RETRIES)
    starting.defer(() => replaySender.close())
    const redis = connectRedis(config.redis.url, log, REDIS_ANSWERS_WITHIN_MS)
    starting.defer(() => redis.disconnect())
    signal.throwIfAborted()

    const api: Api = await createApi({
      context: {
        writer: { pool, publishing: { encode, recordTopics: config.publishing.recordTopics } },
        catalogs: new CatalogStore(),
        recentCatalogs: new RecentCatalogs(pool),
        provider,
        replaySender,
        sandbox: desk,
        webhooks,
        bounds: boundsWith(config.topUps),
        publicUrl,
        returnOrigins: config.api.returnOrigins,
        brand: config.brand,
        portal,
        page,
        log,
      },
      readToken: createTokenReader(config.tokens),
      limits: {
        redis,
        requestsPerMinute: config.api.requestsPerMinute,
        anonymousRequestsPerMinute: config.api.anonymousRequestsPerMinute,
      },
      live: {
        news: createViewListener(config.redis.url, log),
        limits: { streams: config.api.streams, streamsPerCaller: config.api.streamsPerCaller },
      },
      trustedProxies: config.api.trustedProxies,
      registry,
      onWritten: outboxBell.ring,
    })
    starting.defer(() => api.close())
    await listenOn(api, config.api.port, 'TOLLGATE_API_PORT')
    log.info({ api_port: portOf(api) }, 'the API is listening')

    const started = starting.move()
    return {
      health: () => null,
      degraded: () => [],
      readiness: () => null,
      [Symbol.asyncDispose]: () => started.disposeAsync(),
    }
  },
})

function portOf({ server }: Api): number {
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new TypeError('the API is not listening yet')
  return address.port
}
