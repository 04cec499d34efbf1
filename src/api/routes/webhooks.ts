/**
 * Where the payment provider sends its webhooks: the signature over the bytes as they came is looked at, the event stored
 * under the provider's id of it, and the answer given once that is committed. What it is about is looked at by `payments`.
 */
import { storeProviderEvent } from '../../ledger/top-ups/provider-events.ts'
import { ApiProblem } from '../protocol/problem.ts'
import type { Api, ApiContext } from './context.ts'

/** Stripe's largest are some tens of kilobytes. */
const BODY_BYTES = 512 * 1024

export function addWebhooks(api: Api, { writer: { pool }, webhooks, log }: ApiContext): void {
  if (webhooks === null) return
  const { provider, signatureHeader } = webhooks
  api.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    // Parsed and written again it would be other bytes than those that were signed.
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, done) => {
      done(null, body)
    })
    scope.post(
      `/webhooks/${provider}`,
      // The provider sends from few addresses, and as much as there is.
      { config: { access: 'public', isUncounted: true }, bodyLimit: BODY_BYTES, schema: { hide: true } },
      async (request, reply) => {
        const signature = request.headers[signatureHeader]
        const body = request.body as Buffer | null
        const event = typeof signature === 'string' && body !== null ? webhooks.read(body, signature) : null
        if (event === null) {
          log.warn(
            { request_id: request.id },
            'a webhook was refused: its signature is not the provider’s, or is too old',
          )
          throw new ApiProblem('invalid_request', 'the signature is not that of the provider, or is too old')
        }
        const isNew = await storeProviderEvent(pool, provider, event, body!.toString())
        log.info({ event_id: event.eventId, kind: event.kind, is_new: isNew }, 'received a webhook')
        return await reply.send({ received: true })
      },
    )
  })
}
