/**
 * Receives the payment provider's webhooks: verifies the signature over the raw bytes, stores the event under the
 * provider's id, and answers once that is committed. The role `payments` handles the event later.
 */
import { storeProviderEvent } from '../../ledger/top-ups/provider-events.ts'
import { ApiProblem } from '../protocol/problem.ts'
import type { Api, ApiContext } from './context.ts'

/** Stripe's largest events have some tens of kilobytes. */
const BODY_BYTES = 512 * 1024

export function addWebhooks(api: Api, { writer: { pool }, webhooks, log }: ApiContext): void {
  if (webhooks === null) return
  const { provider, signatureHeader } = webhooks
  api.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // Parsing and re-serialising would change the bytes that were signed.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, done) => {
      done(null, body)
    })
    scope.post(
      `/webhooks/${provider}`,
      // The provider sends from few addresses, and as many events as there are.
      { config: { access: 'public', isUncounted: true }, bodyLimit: BODY_BYTES, schema: { hide: true } },
      async (request, reply) => {
        const signature = request.headers[signatureHeader]
        const body = request.body as Buffer | null
        const event = typeof signature === 'string' && body !== null ? webhooks.read(body, signature) : null
        if (event === null) {
          log.warn({ request_id: request.id }, 'rejected a webhook: its signature is not valid, or too old')
          throw new ApiProblem('invalid_request', 'the signature is not valid, or too old')
        }
        const isNew = await storeProviderEvent(pool, provider, event, body!.toString())
        log.info({ event_id: event.eventId, kind: event.kind, is_new: isNew }, 'received a webhook')
        return await reply.send({ received: true })
      },
    )
  })
}
