/**
 * Finds everything that is new or changed at Stripe since a cursor. It uses lists only, because search lags behind and events
 * are kept for just thirty days. Everything that moves money has its own balance transaction with a creation time: a charge, a
 * charge that failed later at the bank, a refund, a failed refund, funds withdrawn or reinstated by a dispute. So balance
 * transactions, refunds and disputes are listed, and their payments are read. Payments themselves are listed last, so that
 * each one reflects everything that was listed before.
 *
 * Stripe lists newest first, and never by time of change. A cursor is the latest second that was listed, with the ids seen in
 * it. What the list did not contain yet is found next time, as each listing starts an hour before the cursor.
 */
import { randomUUID } from 'node:crypto'
import type Stripe from 'stripe'
import type { InstantMicros } from '../../../core/instant.ts'
import type { PaymentFacts } from '../provider.ts'
import { isMissing, type Requests, refused, type StripeClient } from './client.ts'
import { idOf } from './payment.ts'
import type { Payments } from './payments.ts'

const PAGE = 100
/** Payments that are read concurrently. */
const CONCURRENT_READS = 10

/** Everything created from this second on, except for these ids. */
interface Place {
  readonly second: number
  readonly seen: ReadonlySet<string>
}

/** A listing in progress in this process; its pages are requested one after the other. */
interface Listing {
  readonly from: Place | null
  list: number
  after: string | null
  end: Place
  /** Payments of the listed balance transactions, refunds and disputes, still to be read. */
  readonly touched: Set<string>
  /** Payments that came up in the list of payments. */
  readonly listed: Set<string>
}

interface Listed {
  readonly id: string
  readonly created: number
  /** Null: it belongs to no payment. */
  readonly paymentId: string | null
  readonly intent?: Stripe.PaymentIntent
}

type ListPage = (
  requests: Requests,
  page: Stripe.PaginationParams & { created?: Stripe.RangeQueryParam },
) => Promise<{ readonly items: readonly Listed[]; readonly hasMore: boolean }>

/** A listing that was abandoned, as when the database failed, is dropped once this many others have begun. */
const MAX_LISTINGS = 8

export type ChangedAnswer = {
  readonly kind: 'page'
  readonly facts: readonly PaymentFacts[]
  readonly cursor: string
  readonly isLast: boolean
}

export interface Changes {
  list(requests: Requests, cursor: string | null): Promise<ChangedAnswer | ReturnType<typeof refused>>
}

/** Makes the listing of changes. Unfinished listings are kept in memory; an unknown one starts again from its cursor. */
export function createChanges(stripe: StripeClient, payments: Payments): Changes {
  const listings = new Map<string, Listing>()
  const lists = listsOf(stripe)

  return {
    async list(requests, cursor) {
      const parsed = cursor === null ? { place: null, listingId: null } : parseCursor(cursor)
      if (parsed === null) return refused('cursor_invalid', `${cursor} is not a cursor of Stripe's lists`)
      const listingId = parsed.listingId !== null && listings.has(parsed.listingId) ? parsed.listingId : randomUUID()
      const listing = listings.get(listingId) ?? newListing(parsed.place)
      listings.set(listingId, listing)
      while (listings.size > MAX_LISTINGS) listings.delete(listings.keys().next().value!)

      const facts =
        listing.list < lists.length ? await takePage(requests, listing) : await readTouched(requests, listing)
      const isLast = listing.list >= lists.length && listing.touched.size === 0
      if (isLast) listings.delete(listingId)
      const next = isLast ? formatPlace(listing.end) : `${formatPlace(listing.from ?? BEGINNING)}#${listingId}`
      return { kind: 'page', facts, cursor: next, isLast }
    },
  }

  async function takePage(requests: Requests, listing: Listing): Promise<PaymentFacts[]> {
    const { from, after } = listing
    const page = await lists[listing.list]!(requests, {
      limit: PAGE,
      ...(from === null ? {} : { created: { gte: from.second } }),
      ...(after === null ? {} : { starting_after: after }),
    })
    const fresh = page.items.filter(({ id, created }) => !(created === from?.second && from.seen.has(id)))
    const facts: PaymentFacts[] = []
    for (const { paymentId, intent } of fresh) {
      if (intent !== undefined) facts.push(await payments.complete(requests, intent))
      else if (paymentId !== null && from !== null) listing.touched.add(paymentId)
    }
    // Only after the whole page was read: a page that fails is requested again.
    for (const { id, intent } of fresh) if (intent !== undefined) listing.listed.add(id)
    listing.end = page.items.reduce(later, listing.end)
    const last = page.items.at(-1)
    // From the beginning, the list of payments has everything. Of the other lists one page suffices, for the cursor.
    const isEnough = from === null && listing.list < lists.length - 1
    if (page.hasMore && last !== undefined && !isEnough) {
      listing.after = last.id
      return facts
    }
    listing.list++
    listing.after = null
    if (listing.list >= lists.length) for (const paymentId of listing.listed) listing.touched.delete(paymentId)
    return facts
  }

  async function readTouched(requests: Requests, listing: Listing): Promise<PaymentFacts[]> {
    const some = [...listing.touched].slice(0, CONCURRENT_READS)
    const answers = await Promise.all(
      some.map(async (paymentId) => {
        try {
          const expand = { expand: ['latest_charge'] }
          const read = (options: Stripe.RequestOptions) => stripe.paymentIntents.retrieve(paymentId, expand, options)
          return await payments.complete(requests, await requests.read(read))
        } catch (error) {
          if (isMissing(error)) return null
          throw error
        }
      }),
    )
    for (const paymentId of some) listing.touched.delete(paymentId)
    return answers.filter((facts) => facts !== null)
  }
}

const BEGINNING: Place = { second: 0, seen: new Set() }

function newListing(from: Place | null): Listing {
  return { from, list: 0, after: null, end: from ?? BEGINNING, touched: new Set(), listed: new Set() }
}

/** The lists in their order: payments come last. */
function listsOf(stripe: StripeClient): readonly ListPage[] {
  const asItems = <T extends { id: string; created: number }>(
    { data, has_more: hasMore }: Stripe.ApiList<T>,
    paymentOf: (item: T) => string | null,
  ) => ({
    items: data.map((item) => ({ id: item.id, created: item.created, paymentId: paymentOf(item) })),
    hasMore,
  })
  return [
    async (requests, page) =>
      asItems(
        await requests.read((options) =>
          stripe.balanceTransactions.list({ ...page, expand: ['data.source'] }, options),
        ),
        ({ source }) =>
          typeof source === 'object' && source !== null && 'payment_intent' in source
            ? idOf(source.payment_intent)
            : null,
      ),
    async (requests, page) =>
      asItems(await requests.read((options) => stripe.refunds.list(page, options)), (one) => idOf(one.payment_intent)),
    async (requests, page) =>
      asItems(await requests.read((options) => stripe.disputes.list(page, options)), (one) => idOf(one.payment_intent)),
    async (requests, page) => {
      const { data, has_more: hasMore } = await requests.read((options) =>
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

/** Formats a cursor: `1700000000:pi_1,re_2`, followed by `#` and an id while a listing is in progress. */
function formatPlace({ second, seen }: Place): string {
  return `${second}:${[...seen].toSorted().join(',')}`
}

function parseCursor(cursor: string): { readonly place: Place; readonly listingId: string | null } | null {
  const match = /^(\d{1,12}):([\w,]*)(?:#([\w-]{36}))?$/.exec(cursor)
  if (match === null) return null
  const seen = new Set(match[2] === '' ? [] : match[2]!.split(','))
  return { place: { second: Number(match[1]), seen }, listingId: match[3] ?? null }
}

/** Moves a cursor back by `overlapMicros`. */
export function rewound(cursor: string, overlapMicros: InstantMicros): string {
  const parsed = parseCursor(cursor)
  if (parsed === null) return cursor
  return formatPlace({
    second: Math.max(0, parsed.place.second - Math.ceil(overlapMicros / 1_000_000)),
    seen: new Set(),
  })
}
