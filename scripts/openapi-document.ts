/** Makes the API's OpenAPI document, as served at `/openapi.json`, without a database, Redis, Kafka or provider. */
import { Redis } from 'ioredis'
import { createApi } from '../src/api/server.ts'
import { DEFAULT_BOUNDS } from '../src/core/top-up/settings.ts'
import { openReplaySender } from '../src/dead-letters/replay-sender.ts'
import { CatalogStore } from '../src/ledger/catalogs/catalogs.ts'
import { RecentCatalogs } from '../src/ledger/catalogs/recent-catalogs.ts'
import { createSandboxProvider } from '../src/payments/providers/sandbox/provider.ts'
import { createKafka } from '../src/platform/kafka/client.ts'
import { createLog } from '../src/platform/log.ts'
import { Registry } from '../src/platform/metrics.ts'
import { createPool } from '../src/platform/postgres.ts'

/** Nothing listens there, and nothing connects before the first use. */
const NOWHERE = '127.0.0.1:1'
const DATABASE_URL = `postgres://${NOWHERE}/none`

export async function openApiDocument(): Promise<object> {
  const log = createLog('silent')
  const pool = createPool(DATABASE_URL, log, 1)
  const provider = createSandboxProvider({ databaseUrl: DATABASE_URL, log, deadlineMs: 1 })
  const api = await createApi({
    context: {
      writer: { pool, publishing: { encode: () => Buffer.alloc(0), recordTopics: new Set() } },
      catalogs: new CatalogStore(),
      recentCatalogs: new RecentCatalogs(pool),
      provider,
      replaySender: openReplaySender(createKafka({ brokers: [NOWHERE] }, log), 0),
      sandbox: provider.desk,
      webhooks: null,
      bounds: DEFAULT_BOUNDS,
      publicUrl: () => '',
      returnOrigins: [],
      brand: { product: null, color: '#1f5fd6', locale: 'en-US' },
      portal: null,
      page: null,
      log,
    },
    readToken: () => Promise.reject(new Error('nobody asks')),
    limits: { redis: new Redis({ lazyConnect: true }), requestsPerMinute: 1, anonymousRequestsPerMinute: 1 },
    live: {
      news: { open: () => {}, close: () => {}, isHeard: () => false },
      limits: { streams: 1, streamsPerCaller: 1 },
    },
    trustedProxies: [],
    registry: new Registry(),
    onWritten: () => {},
  })
  try {
    // As clients get it: without what JSON cannot represent.
    return JSON.parse(JSON.stringify(api.swagger())) as object
  } finally {
    await api.close()
    await provider.close()
    await pool.end()
  }
}
