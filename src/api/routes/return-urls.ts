/** Addresses to which a customer may return from the provider's pages: our own origin and those configured. */
import { z } from 'zod'
import { ApiProblem } from '../protocol/problem.ts'
import type { ApiContext } from './context.ts'

export const ReturnUrl = z
  .string()
  .max(2_000)
  .meta({
    description: 'Where the customer returns to: a URL of the API’s own origin, or of one configured for it.',
    examples: ['https://dashboard.example/billing'],
  })

/** The address in its stored form. Throws `ApiProblem` if its origin is not allowed. */
export function returnUrlOf(text: string, { publicUrl, returnOrigins }: ApiContext): string {
  const url = URL.parse(text)
  const isAllowed =
    url !== null &&
    (url.protocol === 'https:' || url.protocol === 'http:') &&
    url.username === '' &&
    url.password === '' &&
    [new URL(publicUrl()).origin, ...returnOrigins].includes(url.origin)
  if (isAllowed) return url.href
  const detail = 'must be a URL of an allowed origin'
  throw new ApiProblem('not_possible', `return_url ${detail}: ask the operator to allow it`, {
    errors: [{ path: '/body/return_url', code: 'origin_not_allowed', detail }],
  })
}
