/** Live updates of an account as server-sent events. */
import { z } from 'zod'
import { callerOf, credentialOf } from '../access/authenticate.ts'
import { loggedCaller } from '../access/permissions.ts'
import { callerKeyOf } from '../access/rate-limits.ts'
import { LiveEvent } from '../live/events.ts'
import { seenFrom } from '../live/facts.ts'
import type { Following } from '../live/follow.ts'
import { countStreams, type StreamLimits } from '../live/limits.ts'
import { streamResponse } from '../live/response.ts'
import type { LiveStream } from '../live/stream.ts'
import { AccountParams } from '../protocol/schemas.ts'
import type { Api, ApiContext } from './context.ts'
import { refuseUnknownAccount } from './known-account.ts'

const DESCRIPTION = `Server-sent events. The first connection gets one event of each kind; with \`Last-Event-ID\`, which browsers send
when they reconnect, only what is newer. Each event has the complete, newest state of what it is about. States in between
are left out, and \`balance\` comes at most 4 times a second. Drop events that are not newer by (epoch, version), and ignore
unknown ones. A comment comes at least every 15 seconds.`

const LiveHeaders = z.object({
  'last-event-id': z
    .string()
    .max(1000)
    .optional()
    .meta({ description: 'The `id` of the last event received. An unreadable id counts as none.' }),
})

interface LiveRoutesParts {
  readonly following: Following
  readonly limits: StreamLimits
}

export function addLiveRoutes(api: Api, { writer: { pool }, log }: ApiContext, parts: LiveRoutesParts): void {
  const { following, limits } = parts
  const open = countStreams(limits)
  // Streams must end before the server waits for its connections to close.
  api.addHook('preClose', async () => {
    open.close()
    await following.stop()
  })

  api.route({
    method: 'GET',
    url: '/v1/accounts/:account_id/live',
    // A HEAD request would never be answered.
    exposeHeadRoute: false,
    config: { access: { permission: 'read', of: 'account' }, isStream: true },
    schema: {
      operationId: 'followAccount',
      tags: ['Credit'],
      summary: 'Follow balance, top-ups, notices and settings as they change',
      description: DESCRIPTION,
      params: AccountParams,
      headers: LiveHeaders,
      response: {
        200: {
          description: 'A stream of events, until the client or the server ends it.',
          content: { 'text/event-stream': { schema: LiveEvent } },
        },
      },
    },
    handler: async (request, reply) => {
      const { account_id: accountId } = request.params
      const caller = callerOf(request)
      if (!following.isFollowed(accountId)) await refuseUnknownAccount(pool, accountId)
      const release = open.admit(callerKeyOf(caller))
      const openedAtMs = performance.now()
      let stream: LiveStream | undefined
      const sink = streamResponse(reply, () => stream?.end('client_gone'))
      stream = following.follow({
        accountId,
        caller,
        credential: credentialOf(request),
        seen: seenFrom(request.headers['last-event-id']),
        sink,
        onEnd(reason, events) {
          release()
          const seconds = Math.round((performance.now() - openedAtMs) / 1000)
          log.info({ request_id: request.id, reason, events, seconds, caller: loggedCaller(caller) }, 'a stream ended')
        },
      })
      // The client disconnected before the stream was opened.
      if (reply.raw.destroyed) stream.end('client_gone')
    },
  })
}
