/**
 * Turns every failure into a problem document, or into a page where a person looks at the answer. Our own faults are
 * logged with their cause; the answer reveals nothing of it.
 */
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { consequenceOf, Fault, type FaultCode, sqlState } from '../../platform/faults.ts'
import type { Logger } from '../../platform/log.ts'
import { ApiProblem, documentOf, type FieldFault, ofFaults, problemOf } from './problem.ts'

const RETRY_AFTER_SECONDS = 1

/** Sends a problem as an HTML page. */
export type ShowProblem = (reply: FastifyReply, problem: ApiProblem) => Promise<FastifyReply>

/**
 * Sets the error and not-found handlers. `showProblem` answers for routes that are pages; null: they answer in JSON
 * too.
 */
export function addErrorHandling(app: FastifyInstance, log: Logger, showProblem: ShowProblem | null): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemFor(error, request, log)
    const isPage = request.routeOptions.config.isPage === true
    return isPage && showProblem !== null ? showProblem(reply, problem) : send(request, reply, problem)
  })
  // For a route that exists but finds nothing, such as a file that is not there.
  app.setNotFoundHandler((request, reply) => send(request, reply, nothingThere()))
}

function nothingThere(): ApiProblem {
  return new ApiProblem('not_found', 'this path does not exist')
}

/** The problem for a request that matches no route: the path is unknown, or takes other methods. */
export function noRoute(app: FastifyInstance, request: FastifyRequest): ApiProblem {
  const [path] = request.url.split('?')
  const allow = METHODS.filter((method) => app.findRoute({ method, url: path! }) !== null)
  if (allow.length === 0) return nothingThere()
  return new ApiProblem('method_not_allowed', `this path supports only ${allow.join(', ')}`, { allow })
}

async function send(request: FastifyRequest, reply: FastifyReply, problem: ApiProblem): Promise<FastifyReply> {
  const { status } = problemOf(problem.problem)
  const { retryAfterSeconds, allow, current } = problem.extras
  reply.code(status).type('application/problem+json')
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds)
  if (allow !== undefined) reply.header('allow', allow.join(', '))
  if (current !== undefined) reply.header('etag', current.etag)
  if (status === 401) reply.header('www-authenticate', 'Bearer')
  // Already serialised; the routes' own serialisers only know their own answers.
  return await reply.serializer((body) => body as string).send(JSON.stringify(documentOf(problem, request.id)))
}

function problemFor(error: FastifyError, request: FastifyRequest, log: Logger): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, keyword, message }): FieldFault => {
      // The pointer of the whole body is `/`, which would mean a member with an empty name.
      const path = `/${placeOf(error.validationContext)}${instancePath === '/' ? '' : instancePath}`
      return { path, code: keyword, detail: message ?? 'is not valid' }
    })
    return ofFaults('invalid_request', errors)
  }
  const ofRequest = problemOfRequest(error)
  if (ofRequest !== null) return ofRequest

  const { fate, code } = consequenceOf(error)
  if (error instanceof Fault || (fate !== 'stop' && !isOurStatement(error))) {
    if (fate === 'retry') {
      log.warn(
        { err: error, request_id: request.id, route: request.routeOptions.url },
        'a request failed on a transient fault',
      )
      return new ApiProblem('unavailable', unavailableDetail(code), { retryAfterSeconds: RETRY_AFTER_SECONDS })
    }
    if (fate === 'dead_letter') {
      log.warn(
        { err: error, request_id: request.id, route: request.routeOptions.url },
        'the database rejected a value of a request',
      )
      return new ApiProblem(
        'invalid_request',
        'a value cannot be stored: it is too large or contains unsupported characters',
      )
    }
  }
  log.error(
    { err: error, request_id: request.id, route: request.routeOptions.url },
    'a request failed because of a bug',
  )
  return new ApiProblem(
    'internal',
    `unexpected error: repeating the request is unlikely to help; the log has details under request id ${request.id}`,
  )
}

/** A statement that is wrong or not permitted fails every time, so retrying does not help. */
function isOurStatement(error: unknown): boolean {
  return sqlState(error)?.startsWith('42') === true
}

function unavailableDetail(code: FaultCode): string {
  switch (code) {
    case 'commit_unanswered':
      return 'the connection to the database was lost, so the change may have been made: repeat the request, with the same Idempotency-Key if you sent one'
    case 'catalog_unreadable':
      return 'this release cannot read a catalog: try again once it is upgraded'
    case 'registry_unavailable':
      return 'the schema registry is not responding: nothing was changed; try again'
    default:
      // Some routes read what they have changed: the read may fail after the change is committed.
      return 'the database is unavailable: repeat the request, with the same Idempotency-Key if you sent one'
  }
}

/** What Fastify itself refuses. */
function problemOfRequest({ code, statusCode }: FastifyError): ApiProblem | null {
  switch (code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiProblem('unsupported_media_type', 'the content type must be application/json')
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiProblem('too_large', 'the body is larger than this route accepts')
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ApiProblem('invalid_request', 'the body is empty; it must be JSON')
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ApiProblem('invalid_request', 'the body is not valid JSON')
    default:
      return statusCode !== undefined && statusCode >= 400 && statusCode < 500
        ? new ApiProblem('invalid_request', 'the request cannot be read')
        : null
  }
}

/** Answers what Fastify refuses before routing: a path that is not percent-encoded, or an id that is too long. */
export function answerUnroutable(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const [path] = request.url.split('?')
  const problem =
    error.code === 'FST_ERR_MAX_PARAM_LENGTH'
      ? new ApiProblem('not_found', `the path ${path!.slice(0, MAX_SHOWN_PATH)}... does not exist`)
      : new ApiProblem('invalid_request', 'the path is not percent-encoded correctly')
  reply.header('x-request-id', request.id)
  void send(request, reply, problem)
}

const MAX_SHOWN_PATH = 200

/** Answers what cannot be parsed as HTTP, or has headers that are too long, before there is a request. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const status = UNREADABLE[error.code ?? ''] ?? 400
  if (socket.writable) {
    const requestId = randomUUID()
    const body = JSON.stringify({
      type: 'about:blank',
      title: STATUS_CODES[status],
      status,
      detail: 'the request cannot be read',
      request_id: requestId,
      retryable: status === 408,
    })
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/problem+json\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\nx-request-id: ${requestId}\r\nconnection: close\r\n\r\n${body}`,
    )
  }
  socket.destroy(error)
}

const UNREADABLE: Readonly<Record<string, number>> = { ERR_HTTP_REQUEST_TIMEOUT: 408, HPE_HEADER_OVERFLOW: 431 }

const PLACES: Readonly<Record<string, string>> = { querystring: 'query', params: 'path' }

function placeOf(context: string | undefined): string {
  return PLACES[context ?? ''] ?? context ?? 'body'
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const
