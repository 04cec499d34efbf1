/**
 * Pages of the sandbox provider: entering a test card, and its bank's approval. Knowing the address is enough, because
 * the ids in it cannot be guessed, and no cookie is involved that another site could use. A card number goes only to
 * the sandbox, which does not keep it; it appears in no answer, log or table.
 */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { readLastLocale } from '../../ledger/access/portal-sessions.ts'
import type { SandboxDesk } from '../../payments/providers/sandbox/desk.ts'
import { NotPossible } from '../../payments/providers/sandbox/payment.ts'
import { sendPage } from '../pages/html.ts'
import { type Audience, bankPage, type CardFault, cardPage, overPage, unknownPage } from '../pages/sandbox-pages.ts'
import type { Api, ApiContext } from './context.ts'

const CONFIG = { access: 'public' } as const
const HIDDEN = { hide: true } as const

const CardForm = z.object({ number: z.string().max(100), expiry: z.string().max(20) })
const BankForm = z.object({ answer: z.enum(['approve', 'decline']) })

export function addSandboxPages(api: Api, context: ApiContext): void {
  if (context.sandbox !== null) addPages(api, context, context.sandbox)
}

function addPages(api: Api, { writer: { pool }, brand }: ApiContext, desk: SandboxDesk): void {
  const route = { config: CONFIG, schema: HIDDEN }
  const idOf = (params: unknown): string => (params as { id: string }).id

  api.get('/sandbox/cards/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const setup = await desk.findSetup(id)
    if (setup === null) return await sendUnknown(reply)
    const reader = await readerOf(setup)
    const isOpen = setup.state.kind === 'open'
    const page = isOpen ? cardPage(reader, { id, expiry: '', fault: null }) : overPage(reader, setup.returnUrl)
    return await sendPage(reply, page)
  })

  api.post('/sandbox/cards/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const form = CardForm.safeParse(request.body)
    const expiry = form.success ? expiryOf(form.data.expiry) : null
    const refuse = async (fault: CardFault) => {
      const setup = await desk.findSetup(id)
      if (setup === null) return await sendUnknown(reply)
      const typed = form.success ? form.data.expiry : ''
      return await sendPage(reply, cardPage(await readerOf(setup), { id, expiry: typed, fault }))
    }
    if (!form.success || expiry === null) return await refuse('expiry_invalid')
    const filled = await desk.fillSetup(id, { number: form.data.number, ...expiry })
    if (filled === null) return await sendUnknown(reply)
    if ('kind' in filled) return await refuse(filled.code)
    return await reply.redirect(filled.returnUrl, 303)
  })

  api.post('/sandbox/cards/:id/cancel', route, async (request, reply) => {
    const setup = await desk.cancelSetup(idOf(request.params))
    return setup === null ? await sendUnknown(reply) : await reply.redirect(setup.returnUrl, 303)
  })

  api.get('/sandbox/bank/:id', route, async (request, reply) => {
    const payment = await desk.findPayment(idOf(request.params))
    if (payment === null) return await sendUnknown(reply)
    const reader = await readerOf(payment)
    const isAsked = payment.state === 'needs_action'
    return await sendPage(reply, isAsked ? bankPage(reader, payment) : overPage(reader, payment.returnUrl))
  })

  api.post('/sandbox/bank/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const payment = await desk.findPayment(id)
    if (payment === null) return await sendUnknown(reply)
    const form = BankForm.safeParse(request.body)
    if (!form.success) return await sendPage(reply, bankPage(await readerOf(payment), payment, 422))
    try {
      await (form.data.answer === 'approve' ? desk.approve(id) : desk.decline(id, null))
    } catch (error) {
      // Already answered in another tab, or canceled.
      if (!(error instanceof NotPossible)) throw error
    }
    if (payment.returnUrl !== null) return await reply.redirect(payment.returnUrl, 303)
    return await sendPage(reply, overPage(await readerOf(payment), null))
  })

  /** Language and brand by the account, which is all that the address tells. */
  async function readerOf({ accountId }: { readonly accountId: string }): Promise<Audience> {
    return { brand, locale: (await readLastLocale(pool, accountId)) ?? brand.locale }
  }

  async function sendUnknown(reply: FastifyReply) {
    return await sendPage(reply, unknownPage({ brand, locale: brand.locale }))
  }
}

function expiryOf(text: string): { readonly expiryMonth: number; readonly expiryYear: number } | null {
  const [, month, year] = /^\s*(\d{1,2})\s*\/\s*(\d{2}|\d{4})\s*$/.exec(text) ?? []
  if (month === undefined || year === undefined) return null
  return { expiryMonth: Number(month), expiryYear: year.length === 2 ? 2000 + Number(year) : Number(year) }
}
