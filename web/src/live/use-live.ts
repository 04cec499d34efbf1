/** Connects the stream to the page: events update the queries and are announced. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { followAccount, type LiveEvent } from '../../../src/api/client/live.ts'
import type { Account } from '../api/account.ts'
import type { Balance } from '../credit/data.ts'
import { useWords, type Words } from '../texts/words.tsx'
import type { Announcer } from './announcer.ts'
import { setConnection } from './connection.ts'
import { createFollower } from './follower.ts'
import { later } from './later.ts'
import { useAnnouncer } from './live-regions.tsx'
import { createPacer } from './pacer.ts'
import { crossingOf, type KnownStates, knownAfter, patchedPayments, resultsOf } from './results.ts'

const REPAINT_EVERY_MS = 250
const SUMS_EVERY_MS = 30_000
/** Watching causes no requests, so without this the session would expire after half an hour. */
const USE_SESSION_EVERY_MS = 10 * 60_000

export function useLive(accountId: string, queries: Account): void {
  const client = useQueryClient()
  const announcer = useAnnouncer()
  const words = useWords()
  const newestWords = useRef(words)
  newestWords.current = words
  useEffect(() => {
    const events = eventsInto(client, accountId, queries, (say) => say(announcer, newestWords.current))
    const follower = createFollower({
      connect: (options) => followAccount({ ...options, baseUrl: location.origin, accountId }),
      onEvent: events.take,
      onConnection: setConnection,
      poll: () => void client.invalidateQueries({ queryKey: ['account', accountId] }),
      later,
    })
    const look = () => (document.hidden ? follower.rest() : follower.follow())
    look()
    document.addEventListener('visibilitychange', look)
    const using = setInterval(() => {
      if (!document.hidden) void client.invalidateQueries({ queryKey: queries.session.queryKey })
    }, USE_SESSION_EVERY_MS)
    return () => {
      document.removeEventListener('visibilitychange', look)
      clearInterval(using)
      follower.rest()
      events.stop()
    }
  }, [accountId, queries, client, announcer])
}

type Say = (announcer: Announcer, words: Words) => void

function eventsInto(client: QueryClient, accountId: string, queries: Account, say: (say: Say) => void) {
  const read = (...parts: { readonly queryKey: readonly unknown[] }[]) => {
    for (const { queryKey } of parts) void client.invalidateQueries({ queryKey })
  }
  const clock = { nowMs: () => performance.now(), later }
  // Starts empty rather than with the query's data, which may be older: the first event is no news.
  let balance: Balance | undefined
  let payments: KnownStates | null = null
  const charts = { queryKey: ['account', accountId, 'charts'] }
  const sums = createPacer({ ...clock, everyMs: SUMS_EVERY_MS, pass: () => read(queries.forecast, charts) })
  const balances = createPacer<Balance>({
    ...clock,
    everyMs: REPAINT_EVERY_MS,
    pass(next) {
      client.setQueryData(queries.balance.queryKey, next)
      const crossing = crossingOf(balance, next)
      balance = next
      if (crossing !== null) say((announcer, { t }) => announcer.announce(t(`live.${crossing}`)))
    },
  })
  return {
    take(event: Exclude<LiveEvent, { event: 'end' }>): void {
      switch (event.event) {
        case 'balance':
          balances.take(event.data)
          sums.take(event.data)
          break
        case 'notices':
          client.setQueryData(queries.notices.queryKey, event.data)
          break
        case 'settings':
          read(queries.autoTopUp, queries.methods, queries.alerts)
          break
        case 'top_ups': {
          const { items } = event.data
          const shown = client.getQueryData(queries.payments.queryKey)
          const patched = shown === undefined ? null : patchedPayments(shown, items)
          if (patched === null) read(queries.payments)
          else client.setQueryData(queries.payments.queryKey, patched)
          read(queries.autoTopUp)
          for (const { state, amount, currency } of resultsOf(payments, items)) {
            say((announcer, { t, money }) =>
              announcer.announce(t(`live.payment.${state}`, { amount: money(currency).amount(amount) })),
            )
          }
          payments = knownAfter(payments, items)
        }
      }
    },
    stop() {
      balances.stop()
      sums.stop()
    },
  }
}
