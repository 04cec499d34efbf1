/**
 * Where browsers return to from the provider's pages. No session is needed and nothing of the account is shown: the
 * result of the visit is fetched from the provider, and the browser goes on to the address that was stored before it
 * left. No address is taken from the request.
 */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readLastLocale } from '../../ledger/access/portal-sessions.ts'
import { readApprovalReturn } from '../../ledger/top-ups/approval-returns.ts'
import { readMethodSetup } from '../../ledger/top-ups/method-setups.ts'
import { checkPayment } from '../../payments/approvals.ts'
import { cancelSetup, checkSetup } from '../../payments/method-setups.ts'
import { sendPage } from '../pages/html.ts'
import { goingBackPage, nowherePage } from '../pages/return-pages.ts'
import type { Api, ApiContext } from './context.ts'

const CONFIG = { access: 'public', writes: true, isPage: true } as const

export function addReturnPages(api: Api, { writer, provider, brand, log }: ApiContext): void {
  api.get('/return/payment', { config: CONFIG, schema: { hide: true } }, async (request, reply) => {
    const topUpId = idOf(request, 'top_up')
    const back = topUpId === null ? null : await readApprovalReturn(writer.pool, topUpId)
    if (back === null) return await sendPage(reply, nowherePage(brand))
    const { openPaymentId } = back
    if (openPaymentId !== null) {
      await withoutBlocking({ top_up_id: topUpId }, () => checkPayment(writer, provider, openPaymentId))
    }
    return await sendBack(reply, back)
  })

  api.get('/return/payment-method', { config: CONFIG, schema: { hide: true } }, async (request, reply) => {
    const setupId = idOf(request, 'setup')
    const setup = setupId === null ? null : await readMethodSetup(writer.pool, setupId)
    if (setup === null) return await sendPage(reply, nowherePage(brand))
    const hasTurnedBack = (request.query as Record<string, unknown>).turned_back === 'true'
    await withoutBlocking({ setup_id: setupId }, () =>
      hasTurnedBack ? cancelSetup(writer, provider, setup) : checkSetup(writer, provider, setup),
    )
    return await sendBack(reply, setup)
  })

  async function sendBack(reply: FastifyReply, back: { readonly accountId: string; readonly returnUrl: string }) {
    const locale = (await readLastLocale(writer.pool, back.accountId)) ?? brand.locale
    return await sendPage(reply, goingBackPage(brand, locale, back.returnUrl))
  }

  /** Logs failures only: the browser is redirected anyway, and worker and sweep look again. */
  async function withoutBlocking(about: object, look: () => Promise<{ readonly kind: string }>): Promise<void> {
    try {
      const { kind } = await look()
      if (kind !== 'looked' && kind !== 'setup')
        log.warn({ ...about, answer: kind }, 'the provider did not report the outcome of a visit')
    } catch (error) {
      log.error({ ...about, err: error }, 'could not record the outcome of a visit; will retry')
    }
  }
}

const ID = /^[\x21-\x7e]{1,200}$/

function idOf(request: FastifyRequest, name: string): string | null {
  const given = (request.query as Record<string, unknown>)[name]
  return typeof given === 'string' && ID.test(given) ? given : null
}
