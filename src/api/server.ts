/** The API's server: authentication, errors, metrics and logging around every route, and all routes. */
import { randomUUID } from 'node:crypto'
import formbody from '@fastify/formbody'
import { fastify } from 'fastify'
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { histogram, type Registry } from '../platform/metrics.ts'
import { addAuthentication } from './access/authenticate.ts'
import { loggedCaller } from './access/permissions.ts'
import { createRateLimits, type RateLimits } from './access/rate-limits.ts'
import type { TokenReader } from './access/tokens.ts'
import { createFollowing, type LiveNews } from './live/follow.ts'
import type { StreamLimits } from './live/limits.ts'
import type { ReadNotices } from './live/notices.ts'
import { LIVE_TIMES, type LiveTimes } from './live/times.ts'
import { addOpenApi } from './openapi.ts'
import { sendProblemPage } from './portal/pages.ts'
import { addErrorHandling, answerUnreadable, answerUnroutable } from './protocol/errors.ts'
import { ApiProblem } from './protocol/problem.ts'
import { addAccountRoutes } from './routes/accounts.ts'
import { addAdjustmentRoutes } from './routes/adjustments.ts'
import { addAlertLevelRoutes } from './routes/alert-levels.ts'
import { addApiKeyRoutes } from './routes/api-keys.ts'
import { addAutoTopUpRoutes } from './routes/auto-top-up.ts'
import { addBalanceRoutes } from './routes/balance.ts'
import { addBalanceHistoryRoute } from './routes/balance-history.ts'
import { addBillingPage } from './routes/billing-page.ts'
import { addCatalogRoutes } from './routes/catalogs.ts'
import { addContactRoutes } from './routes/contacts.ts'
import type { Api, ApiContext } from './routes/context.ts'
import { addDeadLetterRoutes } from './routes/dead-letters.ts'
import { addDisplayNameRoutes } from './routes/display-names.ts'
import { addExplainedMovementRoutes } from './routes/explained-movement.ts'
import { addExportRoutes } from './routes/exports.ts'
import { addFairUseRoutes } from './routes/fair-use.ts'
import { addLiveRoutes } from './routes/live.ts'
import { addMovementSearchRoutes } from './routes/movement-searches.ts'
import { addMovementRoutes } from './routes/movements.ts'
import { addNoticeRoutes } from './routes/notices.ts'
import { addPageFiles } from './routes/page-files.ts'
import { addPaymentMethodRoutes } from './routes/payment-methods.ts'
import { addPortalPages } from './routes/portal-pages.ts'
import { addPortalSessionRoutes } from './routes/portal-sessions.ts'
import { addReturnPages } from './routes/return-pages.ts'
import { addSandboxPages } from './routes/sandbox-pages.ts'
import { addTopUpQuoteRoutes } from './routes/top-up-quotes.ts'
import { addTopUpRoutes } from './routes/top-ups.ts'
import { addUsageRoutes } from './routes/usage.ts'
import { addWebhooks } from './routes/webhooks.ts'
import { readerOf, readNoticesFor } from './views/notice-views.ts'

/** What a server is created with. */
export interface ApiOptions {
  readonly context: ApiContext
  readonly readToken: TokenReader
  readonly limits: RateLimits
  readonly live: LiveOptions
  readonly trustedProxies: readonly string[]
  readonly registry: Registry
  /** Called after a request that may have added to the outbox. */
  readonly onWritten: () => void
}

export interface LiveOptions {
  readonly news: LiveNews
  readonly limits: StreamLimits
  readonly times?: LiveTimes
}

/** Most bodies hold a few figures; routes that take files raise the limit. */
const BODY_BYTES = 128 * 1024
const REQUEST_TIMEOUT_MS = 30_000
/** Length of the longest id in a path, percent-encoded. */
const PATH_PARAMETER_CHARACTERS = 700

const ROUTES: readonly ((api: Api, context: ApiContext) => void)[] = [
  addAdjustmentRoutes,
  addAlertLevelRoutes,
  addApiKeyRoutes,
  addBalanceRoutes,
  addCatalogRoutes,
  addDeadLetterRoutes,
  addMovementRoutes,
  addMovementSearchRoutes,
  addUsageRoutes,
  addBalanceHistoryRoute,
  addNoticeRoutes,
  addAccountRoutes,
  addContactRoutes,
  addDisplayNameRoutes,
  addFairUseRoutes,
  addExplainedMovementRoutes,
  addExportRoutes,
  addAutoTopUpRoutes,
  addPaymentMethodRoutes,
  addTopUpRoutes,
  addTopUpQuoteRoutes,
  addPortalSessionRoutes,
  addPortalPages,
  addBillingPage,
  addPageFiles,
  addReturnPages,
  addSandboxPages,
  addWebhooks,
]

/** Creates the server, ready to listen. Its `close` waits for requests in progress. */
export async function createApi(options: ApiOptions): Promise<Api> {
  const { context, readToken, limits, live, trustedProxies, registry, onWritten } = options
  const app = fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // A request id from the caller is used if it can be searched for and quoted.
    genReqId: ({ headers }) => givenRequestId(headers['x-request-id']) ?? randomUUID(),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    frameworkErrors: answerUnroutable,
    clientErrorHandler: answerUnreadable,
    routerOptions: { maxParamLength: PATH_PARAMETER_CHARACTERS },
    // Idle keep-alive connections must not delay a stop.
    forceCloseConnections: 'idle',
    // What still arrives while the server stops is carried out, instead of refused with a body that is no problem document.
    return503OnClosing: false,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)

  const { portal } = context
  addErrorHandling(app, context.log, portal && ((reply, problem) => sendProblemPage(reply, portal, problem)))
  addAccounting(app, context, registry, onWritten)
  const count = await createRateLimits(app, limits)
  addAuthentication(app, { pool: context.writer.pool, readToken, publicUrl: context.publicUrl, count })
  refuseForms(app)
  await addOpenApi(app)
  app.removeContentTypeParser('text/plain')
  await app.register(formbody)
  for (const add of ROUTES) add(app, context)
  const { news, times = LIVE_TIMES } = live
  const { pool } = context.writer
  const readNotices: ReadNotices = (accountId, callers) => readNoticesFor(pool, accountId, callers.map(readerOf))
  const following = createFollowing({ pool, news, readNotices, times, log: context.log, registry })
  addLiveRoutes(app, context, { following, limits: live.limits })
  await app.ready()
  return app
}

const REQUEST_ID = /^[\w.:-]{1,100}$/

function givenRequestId(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : undefined
}

/** Forms are only for pages: a browser submits a form to any address without asking, which a JSON body prevents. */
function refuseForms(app: Api): void {
  app.addHook('preParsing', async (request) => {
    const isForm = /^application\/x-www-form-urlencoded/i.test(request.headers['content-type'] ?? '')
    if (isForm && request.routeOptions.url?.startsWith('/v1/')) {
      throw new ApiProblem('unsupported_media_type', 'the content type must be application/json')
    }
  })
}

/** Logs and counts each request, under the route's pattern and never the URL, which contains what people entered. */
function addAccounting(app: Api, { log }: ApiContext, registry: Registry, onWritten: () => void): void {
  const seconds = histogram(registry, {
    name: 'tollgate_api_request_seconds',
    help: 'Response time of requests in seconds, by route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  })
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    reply.header('cache-control', 'no-store')
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
  })
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none'
    const { method } = request
    const { statusCode: status, elapsedTime } = reply
    // How long a stream was open is no response time; the stream logs its own line.
    if (request.routeOptions.config.isStream === true && status === 200) return
    seconds.observe({ method, route, status: String(status) }, elapsedTime / 1000)
    const { caller } = request
    log.info(
      {
        request_id: request.id,
        method,
        route,
        status,
        duration_ms: Math.round(elapsedTime * 10) / 10,
        caller: caller === null ? 'nobody' : loggedCaller(caller),
      },
      'answered',
    )
    const mayWrite = method !== 'GET' || request.routeOptions.config.writes === true
    if (mayWrite && status < 400) onWritten()
  })
}
