/**
 * The sandbox's own pages: where a test card is typed in, and where its bank asks for approval. They look like neither a shop
 * nor a bank, and say on top that no money moves. Whoever has an address may use it: the ids in it cannot be guessed, and no
 * cookie or session is involved that another site could borrow. A card's number goes to the sandbox, which forgets it, and
 * into no answer, log or table.
 */
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import { formatMoney } from '../../core/money.ts'
import type { SandboxDesk } from '../../payments/providers/sandbox/desk.ts'
import { NotPossible, type SandboxPayment } from '../../payments/providers/sandbox/payment.ts'
import type { Api, ApiContext } from '../context.ts'
import { type Html, html, sendPage } from '../html.ts'

const CONFIG = { access: 'public' } as const
const HIDDEN = { hide: true } as const

const LABEL = html`<p class="sandbox">Sandbox: no real money moves</p>`

const CARDS_TO_TRY = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0027 6000 3184', 'asks for approval each time'],
  ['4000 0000 0000 9995', 'is declined: not enough funds'],
  ['4000 0000 0000 9979', 'is declined for good: stolen'],
] as const

const CardForm = z.object({ number: z.string().max(100), expiry: z.string().max(20) })
const BankForm = z.object({ answer: z.enum(['approve', 'decline']) })

export function addSandboxPages(api: Api, { sandbox }: ApiContext): void {
  if (sandbox !== null) addPages(api, sandbox)
}

function addPages(api: Api, desk: SandboxDesk): void {
  const route = { config: CONFIG, schema: HIDDEN }
  const idOf = (params: unknown): string => (params as { id: string }).id

  api.get('/sandbox/cards/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const setup = await desk.findSetup(id)
    if (setup === null) return await sendUnknown(reply)
    return setup.state.kind === 'open' ? await sendCardForm(reply, id) : await sendOver(reply, setup.returnUrl)
  })

  api.post('/sandbox/cards/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const form = CardForm.safeParse(request.body)
    const expiry = form.success ? expiryOf(form.data.expiry) : null
    if (!form.success || expiry === null) {
      const typed = form.success ? form.data.expiry : ''
      return await sendCardForm(reply, id, { expiry: typed, error: 'The expiry is a month and a year, like 08/30.' })
    }
    const filled = await desk.fillSetup(id, { number: form.data.number, ...expiry })
    if (filled === null) return await sendUnknown(reply)
    if ('kind' in filled) return await sendCardForm(reply, id, { expiry: form.data.expiry, error: TEXTS[filled.code] })
    return await reply.redirect(filled.returnUrl, 303)
  })

  api.post('/sandbox/cards/:id/cancel', route, async (request, reply) => {
    const setup = await desk.cancelSetup(idOf(request.params))
    return setup === null ? await sendUnknown(reply) : await reply.redirect(setup.returnUrl, 303)
  })

  api.get('/sandbox/bank/:id', route, async (request, reply) => {
    const payment = await desk.findPayment(idOf(request.params))
    if (payment === null) return await sendUnknown(reply)
    return payment.state === 'needs_action'
      ? await sendBankForm(reply, payment)
      : await sendOver(reply, payment.returnUrl)
  })

  api.post('/sandbox/bank/:id', route, async (request, reply) => {
    const id = idOf(request.params)
    const payment = await desk.findPayment(id)
    if (payment === null) return await sendUnknown(reply)
    const form = BankForm.safeParse(request.body)
    if (!form.success) return await sendBankForm(reply, payment, 422)
    try {
      await (form.data.answer === 'approve' ? desk.approve(id) : desk.decline(id, null))
    } catch (error) {
      // Answered before, in another tab, or canceled meanwhile.
      if (!(error instanceof NotPossible)) throw error
    }
    if (payment.returnUrl !== null) return await reply.redirect(payment.returnUrl, 303)
    return await sendOver(reply, null)
  })
}

const TEXTS = {
  not_a_test_card: 'This is not a test card. Use one of the numbers below.',
  expiry_invalid: 'The expiry is a month and a year, like 08/30.',
  expired: 'This card has expired. Use a later date.',
} as const

function expiryOf(text: string): { readonly expiryMonth: number; readonly expiryYear: number } | null {
  const [, month, year] = /^\s*(\d{1,2})\s*\/\s*(\d{2}|\d{4})\s*$/.exec(text) ?? []
  if (month === undefined || year === undefined) return null
  return { expiryMonth: Number(month), expiryYear: year.length === 2 ? 2000 + Number(year) : Number(year) }
}

async function sendCardForm(
  reply: FastifyReply,
  id: string,
  { expiry, error }: { readonly expiry: string; readonly error: string | null } = { expiry: '', error: null },
) {
  const rows = CARDS_TO_TRY.map(([number, what]) => html`<tr><td>${number}</td><td>${what}</td></tr>`)
  return await sendPage(reply, {
    status: error === null ? 200 : 422,
    title: `${error === null ? '' : 'Error: '}Save a test card (sandbox)`,
    hasForm: true,
    body: html`${LABEL}
<h1>Save a test card</h1>
${error === null ? null : html`<p class="error" role="alert" id="error">${error}</p>`}
<form method="post" action="/sandbox/cards/${encodeURIComponent(id)}">
<label for="number">Test card number</label>
<input id="number" name="number" inputmode="numeric" autocomplete="off" required maxlength="100" aria-describedby="hint${error === null ? '' : ' error'}">
<p id="hint">Never type in a real card. Only test numbers are taken.</p>
<label for="expiry">Expiry, month and year</label>
<input id="expiry" name="expiry" inputmode="numeric" autocomplete="off" required maxlength="20" placeholder="08/30" value="${expiry}"${describedBy(error)}>
<p>Saving it allows charges to come, as a bank would be asked to.</p>
<button type="submit">Save card</button>
</form>
<form method="post" action="/sandbox/cards/${encodeURIComponent(id)}/cancel">
<button type="submit">Cancel</button>
</form>
<h2>Cards to try</h2>
<table><thead><tr><th scope="col">Number</th><th scope="col">What it does</th></tr></thead><tbody>${rows}</tbody></table>`,
  })
}

function describedBy(error: string | null): Html | null {
  return error === null ? null : html` aria-describedby="error"`
}

async function sendBankForm(reply: FastifyReply, payment: SandboxPayment, status = 200) {
  return await sendPage(reply, {
    status,
    title: 'Approve a payment (sandbox)',
    hasForm: true,
    body: html`${LABEL}
<h1>Approve a payment</h1>
<p>This page stands in for a bank. It is not a bank.</p>
<p>Payment of <strong>${formatMoney(payment.amountMicros).slice(0, -4)} ${payment.currency}</strong></p>
<form method="post" action="/sandbox/bank/${encodeURIComponent(payment.paymentId)}">
<button type="submit" name="answer" value="approve">Approve</button>
<button type="submit" name="answer" value="decline">Decline</button>
</form>`,
  })
}

async function sendOver(reply: FastifyReply, returnUrl: string | null) {
  return await sendPage(reply, {
    title: 'Done (sandbox)',
    body: html`${LABEL}
<h1>There is nothing left to do here</h1>
${returnUrl === null ? html`<p>You can close this page.</p>` : html`<p><a href="${returnUrl}">Go back</a></p>`}`,
  })
}

async function sendUnknown(reply: FastifyReply) {
  return await sendPage(reply, {
    status: 404,
    title: 'Nothing here (sandbox)',
    body: html`${LABEL}
<h1>This address leads nowhere</h1>`,
  })
}
