/**
 * Everything that is new or changed at Stripe since a cursor, by listing alone: what search finds is behind, and events are
 * kept for thirty days. Whatever moves money has a balance transaction of its own, with the time at which it was made: a
 * charge, one that failed at the bank afterwards, a refund, one that failed, funds withdrawn and reinstated by a dispute. So
 * those are listed, refunds and disputes beside them, and the payments that they are of are read; payments themselves are
 * listed last, so that each of them is as it is after all that was listed before.
 *
 * Stripe lists the newest first, and nothing by when it was changed. A cursor is a second, and what was seen within it: the
 * latest of what was listed. What the list had not yet is found by the next look, which begins an hour before.
 */
import { randomUUID } from 'node:crypto'
import type Stripe from 'stripe'
import type { InstantMicros } from '../../../core/instant.ts'
import type { PaymentFacts } from '../provider.ts'
import { type Asking, isMissing, refused, type StripeClient } from './client.ts'
import { idOf } from './payment.ts'
import type { Payments } from './payments.ts'

const PAGE = 100
/** Payments that are read one by one, at a time. */
const READ_AT_A_TIME = 10

/** What was made from this second on, but for those ids. */
interface Place {
  readonly second: number
  readonly seen: ReadonlySet<string>
}

/** A look that is under way in this process: its pages are asked for one after the other. */
interface Look {
  readonly from: Place | null
  list: number
  after: string | null
  end: Place
  /** Payments of what was listed. */
  readonly touched: Set<string>
  /** Payments that the list of payments has had. */
  readonly listed: Set<string>
}

interface Listed {
  readonly id: string
  readonly created: number
  /** Null: of no payment. */
  readonly paymentId: string | null
  readonly intent?: Stripe.PaymentIntent
}

type ListPage = (
  asking: Asking,
  page: Stripe.PaginationParams & { created?: Stripe.RangeQueryParam },
) => Promise<{ readonly items: readonly Listed[]; readonly hasMore: boolean }>

/** One left unfinished, as its database did not answer, is forgotten once others have begun. */
const LOOKS_KEPT = 8

export type ChangedAnswer = {
  readonly kind: 'page'
  readonly facts: readonly PaymentFacts[]
  readonly cursor: string
  readonly isLast: boolean
}

export interface Changes {
  list(asking: Asking, cursor: string | null): Promise<ChangedAnswer | ReturnType<typeof refused>>
}

export function createChanges(stripe: StripeClient, payments: Payments): Changes {
  const looks = new Map<string, Look>()
  const lists = listsOf(stripe)

  return {
    async list(asking, cursor) {
      const parsed = cursor === null ? { place: null, lookId: null } : parseCursor(cursor)
      if (parsed === null) return refused('cursor_invalid', `${cursor} is no cursor of Stripe's lists`)
      const lookId = parsed.lookId !== null && looks.has(parsed.lookId) ? parsed.lookId : randomUUID()
      const look = looks.get(lookId) ?? newLook(parsed.place)
      looks.set(lookId, look)
      while (looks.size > LOOKS_KEPT) looks.delete(looks.keys().next().value!)

      const facts = look.list < lists.length ? await takePage(asking, look) : await readTouched(asking, look)
      const isLast = look.list >= lists.length && look.touched.size === 0
      if (isLast) looks.delete(lookId)
      const next = isLast ? formatPlace(look.end) : `${formatPlace(look.from ?? BEGINNING)}#${lookId}`
      return { kind: 'page', facts, cursor: next, isLast }
    },
  }

  async function takePage(asking: Asking, look: Look): Promise<PaymentFacts[]> {
    const { from, after } = look
    const page = await lists[look.list]!(asking, {
      limit: PAGE,
      ...(from === null ? {} : { created: { gte: from.second } }),
      ...(after === null ? {} : { starting_after: after }),
    })
    const fresh = page.items.filter(({ id, created }) => !(created === from?.second && from.seen.has(id)))
    const facts: PaymentFacts[] = []
    for (const { paymentId, intent } of fresh) {
      if (intent !== undefined) facts.push(await payments.complete(asking, intent))
      else if (paymentId !== null && from !== null) look.touched.add(paymentId)
    }
    // Not before all of it is read: a page that fails is asked for anew.
    for (const { id, intent } of fresh) if (intent !== undefined) look.listed.add(id)
    look.end = page.items.reduce(later, look.end)
    const last = page.items.at(-1)
    // From the beginning the list of payments says everything; of the others the newest say where to go on from.
    const isEnough = from === null && look.list < lists.length - 1
    if (page.hasMore && last !== undefined && !isEnough) {
      look.after = last.id
      return facts
    }
    look.list++
    look.after = null
    if (look.list >= lists.length) for (const paymentId of look.listed) look.touched.delete(paymentId)
    return facts
  }

  async function readTouched(asking: Asking, look: Look): Promise<PaymentFacts[]> {
    const some = [...look.touched].slice(0, READ_AT_A_TIME)
    const answers = await Promise.all(
      some.map(async (paymentId) => {
        try {
          const expand = { expand: ['latest_charge'] }
          const read = (options: Stripe.RequestOptions) => stripe.paymentIntents.retrieve(paymentId, expand, options)
          return await payments.complete(asking, await asking.read(read))
        } catch (error) {
          if (isMissing(error)) return null
          throw error
        }
      }),
    )
    for (const paymentId of some) look.touched.delete(paymentId)
    return answers.filter((facts) => facts !== null)
  }
}

const BEGINNING: Place = { second: 0, seen: new Set() }

function newLook(from: Place | null): Look {
  return { from, list: 0, after: null, end: from ?? BEGINNING, touched: new Set(), listed: new Set() }
}

/** In this order: payments come last. */
function listsOf(stripe: StripeClient): readonly ListPage[] {
  const asItems = <T extends { id: string; created: number }>(
    { data, has_more: hasMore }: Stripe.ApiList<T>,
    paymentOf: (item: T) => string | null,
  ) => ({
    items: data.map((item) => ({ id: item.id, created: item.created, paymentId: paymentOf(item) })),
    hasMore,
  })
  return [
    async (asking, page) =>
      asItems(
        await asking.read((options) => stripe.balanceTransactions.list({ ...page, expand: ['data.source'] }, options)),
        ({ source }) =>
          typeof source === 'object' && source !== null && 'payment_intent' in source
            ? idOf(source.payment_intent)
            : null,
      ),
    async (asking, page) =>
      asItems(await asking.read((options) => stripe.refunds.list(page, options)), (one) => idOf(one.payment_intent)),
    async (asking, page) =>
      asItems(await asking.read((options) => stripe.disputes.list(page, options)), (one) => idOf(one.payment_intent)),
    async (asking, page) => {
      const { data, has_more: hasMore } = await asking.read((options) =>
        stripe.paymentIntents.list({ ...page, expand: ['data.latest_charge'] }, options),
      )
      return {
        items: data.map((intent) => ({ id: intent.id, created: intent.created, paymentId: null, intent })),
        hasMore,
      }
    },
  ]
}

function later(end: Place, { id, created }: Listed): Place {
  if (created < end.second) return end
  return { second: created, seen: new Set(created > end.second ? [id] : [...end.seen, id]) }
}

/** `1700000000:pi_1,re_2`, and `#` with a look under way. */
function formatPlace({ second, seen }: Place): string {
  return `${second}:${[...seen].toSorted().join(',')}`
}

function parseCursor(cursor: string): { readonly place: Place; readonly lookId: string | null } | null {
  const match = /^(\d{1,12}):([\w,]*)(?:#([\w-]{36}))?$/.exec(cursor)
  if (match === null) return null
  const seen = new Set(match[2] === '' ? [] : match[2]!.split(','))
  return { place: { second: Number(match[1]), seen }, lookId: match[3] ?? null }
}

/** Where a look begins that goes so far back. */
export function rewound(cursor: string, overlapMicros: InstantMicros): string {
  const parsed = parseCursor(cursor)
  if (parsed === null) return cursor
  return formatPlace({
    second: Math.max(0, parsed.place.second - Math.ceil(overlapMicros / 1_000_000)),
    seen: new Set(),
  })
}
