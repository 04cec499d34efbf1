/** The part of Stripe's API that the product uses, on the double's state; all other requests are refused. */
import { listRoutesOf } from './list-routes.ts'
import { invalid, type Metadata, missing } from './objects.ts'
import { intentShown, isExpanded, type Params, type Route, type RouteOptions } from './route.ts'

export function routesOf({ state, lagSeconds }: RouteOptions): readonly Route[] {
  const shownIntent = intentShown(state)
  const shownSession = (id: string, params: Params) => {
    const session = state.sessions.get(id)
    if (session === undefined) throw missing('checkout.session', id)
    if (!isExpanded(params, 'setup_intent.payment_method')) return session
    const method = session.hidden.methodId === null ? null : state.methods.get(session.hidden.methodId)
    return { ...session, setup_intent: { id: session.setup_intent, object: 'setup_intent', payment_method: method } }
  }
  const found = <T>(kept: ReadonlyMap<string, T>, what: string, id: string): T => {
    const item = kept.get(id)
    if (item === undefined) throw missing(what, id)
    return item
  }

  return [
    {
      method: 'GET',
      path: /^\/v1\/customers\/search$/,
      call: 'createCustomer',
      takes: ['query', 'limit'],
      expands: [],
      answer({ params }) {
        const [, accountId] = /^metadata\['account_id'\]:'(.*)'$/.exec(String(params.query)) ?? []
        if (accountId === undefined) throw invalid('', 'the query is not one that the double knows', 'query')
        const wanted = accountId.replaceAll(/\\(.)/g, '$1')
        const upTo = state.now() - lagSeconds().search
        const data = [...state.customers.values()].filter(
          ({ metadata, created }) => metadata.account_id === wanted && created <= upTo,
        )
        return { object: 'search_result', data, has_more: false, url: '/v1/customers/search' }
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/customers$/,
      call: 'createCustomer',
      takes: ['metadata'],
      expands: [],
      answer: ({ params }) => state.createCustomer((params.metadata ?? {}) as Metadata),
    },
    {
      method: 'GET',
      path: /^\/v1\/customers\/([\w-]+)$/,
      call: 'readMark',
      takes: [],
      expands: [],
      answer: ({ id }) => found(state.customers, 'customer', id),
    },
    {
      method: 'POST',
      path: /^\/v1\/customers\/([\w-]+)$/,
      call: 'writeMark',
      takes: ['metadata'],
      expands: [],
      answer({ id, params }) {
        const customer = found(state.customers, 'customer', id)
        Object.assign(customer.metadata, params.metadata)
        return customer
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/checkout\/sessions$/,
      call: 'createSetup',
      takes: [
        'mode',
        'customer',
        'allowed_payment_method_types',
        'success_url',
        'cancel_url',
        'metadata',
        'setup_intent_data',
      ],
      expands: ['setup_intent.payment_method'],
      answer({ params }) {
        const { customer, success_url, cancel_url, metadata, mode } = params as Record<string, string>
        if (mode !== 'setup') throw invalid('', 'the double knows Checkout in setup mode', 'mode')
        const { id } = state.createSession({
          customer: customer!,
          success_url: success_url!,
          cancel_url: cancel_url!,
          metadata: metadata as unknown as Metadata,
        })
        return shownSession(id, params)
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/checkout\/sessions\/([\w-]+)$/,
      call: 'readSetup',
      takes: [],
      expands: ['setup_intent.payment_method'],
      answer: ({ id, params }) => shownSession(id, params),
    },
    {
      method: 'POST',
      path: /^\/v1\/checkout\/sessions\/([\w-]+)\/expire$/,
      call: 'cancelSetup',
      takes: [],
      expands: ['setup_intent.payment_method'],
      answer({ id, params }) {
        state.expireSession(id)
        return shownSession(id, params)
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/payment_methods\/([\w-]+)$/,
      call: 'readMethod',
      takes: [],
      expands: [],
      answer: ({ id }) => found(state.methods, 'payment_method', id),
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_methods\/([\w-]+)\/detach$/,
      call: 'detachMethod',
      takes: [],
      expands: [],
      answer: ({ id }) => state.detach(id),
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_intents$/,
      call: 'prepare',
      takes: [
        'amount',
        'currency',
        'customer',
        'payment_method',
        'allowed_payment_method_types',
        'metadata',
        'receipt_email',
      ],
      expands: ['latest_charge'],
      answer({ params }) {
        const { amount, currency, customer, payment_method, metadata, receipt_email } = params as Record<string, string>
        if (!/^[1-9]\d{1,7}$/.test(amount ?? '')) throw invalid('amount_too_small', 'amount', 'amount')
        if (receipt_email !== undefined && !/^\S+@\S+\.\S+$/.test(receipt_email)) {
          throw invalid('email_invalid', 'Invalid email address', 'receipt_email')
        }
        const wanted = {
          amount: Number(amount),
          currency: currency!,
          customer: customer!,
          payment_method: payment_method!,
          metadata: (metadata ?? {}) as unknown as Metadata,
          receipt_email: receipt_email ?? null,
        }
        return shownIntent(state.createIntent(wanted), params)
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/payment_intents\/([\w-]+)$/,
      call: 'readPayment',
      takes: [],
      expands: ['latest_charge'],
      answer: ({ id, params }) => shownIntent(found(state.intents, 'payment_intent', id), params),
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_intents\/([\w-]+)\/confirm$/,
      call: 'confirm',
      takes: ['off_session', 'return_url', 'payment_method'],
      expands: ['latest_charge'],
      locks: true,
      answer({ id, params }) {
        const { off_session, return_url, payment_method } = params as Record<string, string | undefined>
        const intent = state.confirmIntent(id, {
          isOffSession: off_session === 'true',
          returnUrl: return_url ?? null,
          method: payment_method ?? null,
        })
        return shownIntent(intent, params)
      },
    },
    {
      method: 'POST',
      path: /^\/v1\/payment_intents\/([\w-]+)\/cancel$/,
      call: 'cancel',
      takes: [],
      expands: ['latest_charge'],
      locks: true,
      answer: ({ id, params }) => shownIntent(state.cancelIntent(id), params),
    },
    ...listRoutesOf({ state, lagSeconds }),
  ]
}
