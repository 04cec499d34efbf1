/** Lists of Stripe, newest first, delayed as requested. */
import { invalid, missing } from './objects.ts'
import { intentShown, isExpanded, type Params, type Route, type RouteOptions } from './route.ts'

const LIST = ['limit', 'starting_after', 'created']

export function listRoutesOf({ state, lagSeconds }: RouteOptions): readonly Route[] {
  const shownIntent = intentShown(state)
  /** The newest first. */
  const page = <T extends { id: string; created: number }>(
    kept: ReadonlyMap<string, T>,
    params: Params,
    isWanted: (item: T) => boolean = () => true,
  ) => {
    const limit = Number(params.limit ?? 10)
    if (!(limit >= 1 && limit <= 100)) throw invalid('parameter_invalid_integer', 'limit is 1 to 100', 'limit')
    const from = Number((params.created as Params | undefined)?.gte ?? 0)
    const upTo = state.now() - lagSeconds().lists
    const all = [...kept.values()]
      .filter((item) => item.created >= from && item.created <= upTo && isWanted(item))
      .toReversed()
    const after = params.starting_after as string | undefined
    const start = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1
    if (after !== undefined && !kept.has(after)) throw missing('object', after)
    const data = all.slice(start, start + limit)
    return { object: 'list', data, has_more: all.length > start + limit }
  }
  const ofPayment = ({ payment_intent: id }: Params) => {
    return (item: { payment_intent: string }) => id === undefined || item.payment_intent === id
  }

  return [
    {
      method: 'GET',
      path: /^\/v1\/payment_intents$/,
      call: 'listChanged',
      takes: LIST,
      expands: ['data.latest_charge'],
      answer({ params }) {
        const listed = page(state.intents, params)
        return { ...listed, data: listed.data.map((intent) => shownIntent(intent, params)) }
      },
    },
    {
      method: 'GET',
      path: /^\/v1\/refunds$/,
      call: 'listChanged',
      takes: [...LIST, 'payment_intent'],
      expands: [],
      answer: ({ params }) => page(state.refunds, params, ofPayment(params)),
    },
    {
      method: 'GET',
      path: /^\/v1\/disputes$/,
      call: 'listChanged',
      takes: [...LIST, 'payment_intent'],
      expands: [],
      answer: ({ params }) => page(state.disputes, params, ofPayment(params)),
    },
    {
      method: 'GET',
      path: /^\/v1\/balance_transactions$/,
      call: 'listChanged',
      takes: LIST,
      expands: ['data.source'],
      answer({ params }) {
        const listed = page(state.transactions, params)
        if (!isExpanded(params, 'data.source')) return listed
        const sources = [state.charges, state.refunds, state.disputes] as readonly ReadonlyMap<string, object>[]
        const data = listed.data.map((one) => ({
          ...one,
          source: sources.map((kept) => kept.get(one.source)).find((source) => source !== undefined),
        }))
        return { ...listed, data }
      },
    },
  ]
}
