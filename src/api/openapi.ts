/**
 * The OpenAPI document and a page to read it. It is made from the schemas that validate the routes; the problems that
 * any route may answer with are added here, so no route can leave them out.
 */
import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, RouteOptions } from 'fastify'
import { createJsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { RouteAccess } from './access/authenticate.ts'
import { type ProblemCode, problemOf, typeOf } from './protocol/problem.ts'
import { ProblemSchema } from './protocol/schemas.ts'

const DOCUMENTATION = '/docs'

export const TAGS = {
  Accounts: 'Who is rated and charged: plan, contacts, names',
  Credit: 'Balance, service status, movements and the reasons for their amounts',
  Exports: 'All movements of a period as a file',
  Usage: 'What used credit, how long it lasts, and how periods add up',
  Notices: 'What the people of an account need to know, as reasons and figures',
  'Auto top-up': 'When credit is added automatically, and with whose consent',
  'Payment methods': 'Cards, which are entered only at the payment provider',
  'Top-ups': 'Credit added automatically or manually',
  'Billing page': "Opened for a person of a dashboard by a link, then used with their browser's session",
  Operators: 'Adjustments, catalogs and dead letters',
  'API keys': 'Credentials of services',
  API: 'This document',
} as const

const DESCRIPTION = `Prepaid telephony credit: balances, what used them, and how they are filled.

**Amounts** are decimal strings in units of the account's currency; **instants** are RFC 3339 in UTC.
**Credentials** are sent as \`Authorization: Bearer\`: an API key of a service, or a person's token. The billing page uses
its browser session instead. An account that a credential may not see is answered with 404, like one that does not exist.
**Repeating**: a POST that moves money or starts work takes an \`Idempotency-Key\`. Repeating it with the same content returns
the first answer; with other content it is answered with 422. **Changing**: a PUT or PATCH takes the \`ETag\` of what was
read as \`If-Match\`, and is answered with 412 if somebody else has changed it since.
**Refusals** are problem documents (RFC 9457): \`type\` is stable, \`retryable\` says whether the same request may succeed later.
**Lists** are paginated: \`next_cursor\` of a page is \`cursor\` of the next.`

/** Serves the document and the page. Register it before any route. */
export async function addOpenApi(app: FastifyInstance): Promise<void> {
  app.addHook('onRoute', (route) => completeRoute(route))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tollgate', version: versionOf(), description: DESCRIPTION },
      tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
      components: {
        securitySchemes: {
          apiKey: { type: 'http', scheme: 'bearer', description: 'An API key of a service: tgk_...' },
          token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "A person's token." },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: '__Host-billing-...',
            description:
              'The browser session of the billing page: one cookie per account, accepted only from the page itself.',
          },
        },
      },
    },
    transform: createJsonSchemaTransform({ skipList: [] }),
    transformObject: jsonSchemaTransformObject,
  })
  await app.register(swaggerUi, { routePrefix: DOCUMENTATION, staticCSP: true, uiConfig: { docExpansion: 'list' } })
  app.get(
    '/openapi.json',
    { config: { access: 'public' }, schema: { hide: true } },
    // Routes are only added before the app is ready, so this is complete.
    async (_request, reply) => await reply.send(app.swagger()),
  )
}

const EVERYWHERE: readonly ProblemCode[] = ['too_many_requests', 'internal', 'unavailable']

function completeRoute(route: RouteOptions): void {
  if (route.url.startsWith(DOCUMENTATION)) {
    route.config = { ...route.config, access: 'public' }
    return
  }
  const { access, problems = [] } = route.config ?? {}
  if (access === undefined) throw new Error(`route ${route.url} does not declare its access`)
  const { schema } = route
  if (schema === undefined || (schema as { hide?: boolean }).hide) return
  const takesInput = schema.params ?? schema.querystring ?? schema.body ?? schema.headers
  const codes = new Set<ProblemCode>([
    ...(takesInput === undefined ? [] : ['invalid_request' as const]),
    ...(hasCursor(schema.querystring) ? ['not_possible' as const] : []),
    ...(access === 'public' ? [] : ['unauthenticated' as const, 'forbidden' as const]),
    ...(access !== 'public' && access.of === 'account' ? ['not_found' as const] : []),
    ...(schema.body === undefined ? [] : ['too_large' as const, 'unsupported_media_type' as const]),
    ...problems,
    ...EVERYWHERE,
  ])
  route.schema = {
    ...schema,
    ...(access === 'public' ? {} : { security: securityOf(access) }),
    description: [schema.description, permissionOf(access)].filter((part) => part !== undefined).join('\n\n'),
    response: { ...(schema.response as object), ...responsesOf(codes) },
  }
}

function hasCursor(querystring: unknown): boolean {
  return querystring instanceof z.ZodObject && 'cursor' in querystring.shape
}

function securityOf({ of }: Exclude<RouteAccess, 'public'>): Record<string, string[]>[] {
  const session = { session: [] }
  if (of === 'session') return [session]
  return [{ apiKey: [] }, { token: [] }, ...(of === 'account' ? [session] : [])]
}

function permissionOf(access: RouteAccess): string | undefined {
  return access === 'public' ? undefined : `Permission: \`${access.permission}\`.`
}

function responsesOf(codes: ReadonlySet<ProblemCode>): Record<number, object> {
  const byStatus = Map.groupBy(codes, (code) => problemOf(code).status)
  return Object.fromEntries(
    [...byStatus].map(([status, ofStatus]) => [
      status,
      {
        description: ofStatus.map((code) => `${problemOf(code).title} (\`${typeOf(code)}\`)`).join('. '),
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  )
}

function versionOf(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  return version
}
