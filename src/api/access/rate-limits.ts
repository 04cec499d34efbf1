/**
 * Rate limits per caller, counted in Redis across all processes. While Redis does not answer, each process counts by
 * itself: a looser limit is better than none, and than no API.
 */
import { hash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Redis } from 'ioredis'
import { ApiProblem } from '../protocol/problem.ts'
import type { Caller } from './permissions.ts'

const MINUTE_MS = 60_000

export interface RateLimits {
  readonly redis: Redis
  /** Per authenticated caller. */
  readonly requestsPerMinute: number
  /** Per address, for callers that are not authenticated. */
  readonly anonymousRequestsPerMinute: number
}

type Limiter = ReturnType<FastifyInstance['createRateLimit']>

/** Creates the function that counts a request against its caller's limit; it throws `too_many_requests`. */
export async function createRateLimits(
  app: FastifyInstance,
  { redis, requestsPerMinute, anonymousRequestsPerMinute }: RateLimits,
): Promise<(request: FastifyRequest, caller: Caller | null) => Promise<void>> {
  const limiterOf = async (options: object) => {
    let make!: FastifyInstance['createRateLimit']
    // Each in a separate scope, because a scope has one store.
    await app.register(async (scope) => {
      await scope.register(rateLimit, { global: false, timeWindow: MINUTE_MS, ...options })
      make = scope.createRateLimit
    })
    const keyGenerator = (request: FastifyRequest) => keyOf(request)
    return {
      known: make({ max: requestsPerMinute, keyGenerator }),
      anonymous: make({ max: anonymousRequestsPerMinute, keyGenerator }),
    }
  }
  const shared = await limiterOf({ redis, nameSpace: 'tollgate:rate:' })
  const own = await limiterOf({})

  return async (request, caller) => {
    const kind = caller === null ? 'anonymous' : 'known'
    const verdict = await ask(shared[kind], request).catch(() => ask(own[kind], request))
    if (verdict.isAllowed || !verdict.isExceeded) return
    const { max, ttlInSeconds } = verdict
    throw new ApiProblem(
      'too_many_requests',
      `more than ${max} requests in a minute: try again in ${ttlInSeconds} seconds`,
      { retryAfterSeconds: ttlInSeconds },
    )
  }
}

function ask(limiter: Limiter, request: FastifyRequest) {
  return limiter(request)
}

/** By caller if there is one, else by address. */
function keyOf({ caller, ip }: FastifyRequest): string {
  return caller === null ? `address ${ip}` : callerKeyOf(caller)
}

/**
 * A key that is the same for all requests of one caller. A person has the same key by token and by session, but a
 * different one in each account. Subjects are hashed: they may be long, and e-mail addresses.
 */
export function callerKeyOf(caller: Caller): string {
  switch (caller.kind) {
    case 'key':
      return `key ${caller.keyId}`
    case 'operator':
      return `operator ${hash('sha256', caller.subject)}`
    case 'person':
      return `person ${hash('sha256', `${caller.accountId}\n${caller.subject}`)}`
  }
}
