/** The built files of the billing page. They never change, because the content's hash is in the name. */

import { encodingFor } from '../pages/page-files.ts'
import type { Api, ApiContext } from './context.ts'

const CONFIG = { access: 'public' } as const
const YEAR_SECONDS = 31_536_000

export function addPageFiles(api: Api, { page }: ApiContext): void {
  if (page === null) return
  api.get('/billing/assets/:name', { config: CONFIG, schema: { hide: true } }, async (request, reply) => {
    const { name } = request.params as { name: string }
    const asset = page.assets.get(name)
    if (asset === undefined) return reply.callNotFound()
    const wanted = encodingFor(request.headers['accept-encoding'])
    const compressed = wanted === 'identity' ? null : asset[wanted]
    reply.header('vary', 'accept-encoding').header('cache-control', `public, max-age=${YEAR_SECONDS}, immutable`)
    if (compressed !== null) reply.header('content-encoding', wanted)
    return await reply.type(asset.type).send(compressed ?? asset.identity)
  })
}
