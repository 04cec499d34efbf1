/** Every failure as a problem document. What is ours to mend is logged with its cause; of that nothing leaves. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { consequenceOf, Fault } from '../platform/faults.ts'
import type { Logger } from '../platform/log.ts'
import { ApiProblem, documentOf, type FieldFault, problemOf } from './problem.ts'

const RETRY_AFTER_SECONDS = 1

export function addErrorHandling(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((error: FastifyError, request, reply) => send(request, reply, problemFor(error, request, log)))
  app.setNotFoundHandler((request, reply) => {
    const allow = methodsOf(app, request)
    const [path] = request.url.split('?')
    const problem =
      allow.length === 0
        ? new ApiProblem('not_found', `there is nothing at ${path}`)
        : new ApiProblem('method_not_allowed', `${path} takes ${allow.join(', ')}`, { allow })
    return send(request, reply, problem)
  })
}

/** Of what fails before there is a route: a path that cannot be decoded. */
export function refuseUnreadable(_error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void send(
    request,
    reply,
    new ApiProblem('invalid_request', 'the path cannot be read: it is not percent-encoded UTF-8'),
  )
}

async function send(request: FastifyRequest, reply: FastifyReply, problem: ApiProblem): Promise<FastifyReply> {
  const { status } = problemOf(problem.problem)
  const { retryAfterSeconds, allow, current } = problem.extras
  reply.code(status).type('application/problem+json')
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  if (allow !== undefined) reply.header('allow', allow.join(', '))
  if (current !== undefined) reply.header('etag', current.etag)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  // Already in its wire form; routes' own serialisers know the answers of the routes.
  return await reply.serializer((body) => body as string).send(JSON.stringify(documentOf(problem, request.id)))
}

function problemFor(error: FastifyError, request: FastifyRequest, log: Logger): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, keyword, message }): FieldFault => {
      // Of the whole it is `/`, which as a pointer would mean a member without a name.
      const path = `/${placeOf(error.validationContext)}${instancePath === '/' ? '' : instancePath}`
      return { path, code: keyword, detail: message ?? 'is not valid' }
    })
    const detail = errors.map(({ path, detail: what }) => `${path}: ${what}`).join('; ')
    return new ApiProblem('invalid_request', detail, { errors })
  }
  const ofRequest = problemOfRequest(error)
  if (ofRequest !== null) return ofRequest

  const { fate, code } = consequenceOf(error)
  if (error instanceof Fault || fate !== 'crash') {
    if (fate === 'retry') {
      log.warn(
        { err: error, request_id: request.id, route: request.routeOptions.url },
        'a request met a fault that passes',
      )
      return new ApiProblem('unavailable', unavailableDetail(code), { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
    if (fate === 'dead_letter') {
      log.warn({ err: error, request_id: request.id, route: request.routeOptions.url }, 'the database refused a value')
      return new ApiProblem(
        'invalid_request',
        'a value cannot be stored: too large, or with characters that cannot be kept',
      )
    }
  }
  log.error(
    { err: error, request_id: request.id, route: request.routeOptions.url },
    'a request failed by a bug of ours',
  )
  return new ApiProblem('internal', `nothing more can be said; the log names it under request ${request.id}`)
}

function unavailableDetail(code: string): string {
  return code === 'commit_unanswered'
    ? 'the database did not say whether it was done: repeat the request, with the same Idempotency-Key where it had one'
    : 'the database does not answer at the moment: nothing was done; try again'
}

/** What Fastify itself refuses of a request. */
function problemOfRequest({ code, statusCode }: FastifyError): ApiProblem | null {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiProblem('unsupported_media_type', 'send application/json')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiProblem('too_large', 'the body is larger than this route takes')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ApiProblem('invalid_request', 'the body is empty; it must be JSON')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ApiProblem('invalid_request', 'the body is no valid JSON')
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new ApiProblem('invalid_request', 'the request cannot be read')
        : null
  }
}

const PLACES: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' }

function placeOf(context: string | undefined): string {
  return PLACES[context ?? ''] ?? context ?? 'body'
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

function methodsOf(app: FastifyInstance, request: FastifyRequest): string[] {
  const [path] = request.url.split('?')
  return METHODS.filter((method) => app.findRoute({ method, url: path! }) !== null)
}
