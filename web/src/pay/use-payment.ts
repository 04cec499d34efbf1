/**
 * Manual payments: each is requested under its key, then followed by its id to a definite end, dialog open or not. One
 * is shown; earlier ones, whose end is still awaited, are followed unseen.
 */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Refusal } from '../api/answered.ts'
import type { PayApi } from '../api/pay.ts'
import { type Begun, followPayment, type PaymentPort } from './follow-payment.ts'
import { type KeptPayment, keptPayments } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { type Progress, progressOf, UNKNOWN_AFTER_MS } from './progress.ts'
import { tabStore } from './tab-store.ts'

export interface PaymentControl {
  readonly progress: Progress
  /** Of the last request, which charged nothing. */
  readonly refusal: Refusal | null
  readonly pay: (amount: string, methodId: string) => void
  /** Asks again under the same key. */
  readonly checkAgain: () => void
  /** For another payment; the current one continues unseen. */
  readonly backToForm: () => void
}

export interface PaymentOptions {
  readonly api: PayApi
  readonly accountId: string
  /** A payment has ended, so the page's data has changed. `shown` is its end; null if another payment is shown. */
  readonly onEnd: (shown: Progress | null) => void
}

const FORM: Progress = { at: 'form' }

/** Long, because what is shown, what is followed and what is kept change together. */
export function usePayment({ api, accountId, onEnd }: PaymentOptions): PaymentControl {
  const kept = useMemo(() => keptPayments(tabStore(), accountId), [accountId])
  const [progress, setProgress] = useState<Progress>(() => {
    const open = kept.open()
    return open === null ? FORM : progressOf(open, null, open.topUpId === null ? UNKNOWN_AFTER_MS : 0)
  })
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  /** By the payment's key: no payment is followed twice. */
  const followed = useRef(new Map<string, AbortController>())
  /** The key of the payment whose progress is shown, last or still; null: none is. */
  const shownKey = useRef<string | null>(null)
  const ended = useRef(onEnd)
  ended.current = onEnd

  const follow = (payment: KeptPayment, how: Begun) => {
    const { key } = payment
    followed.current.get(key)?.abort()
    const controller = new AbortController()
    followed.current.set(key, controller)
    const { signal } = controller
    const isShown = () => !signal.aborted && shownKey.current === key
    const port: PaymentPort = {
      ...portTo(api),
      isAwaited: isShown,
      goTo: (url) => isShown() && leaveFor(url),
      kept,
      signal,
      show(next) {
        if (isShown()) setProgress(next)
      },
      refused(why) {
        if (!isShown()) return
        setRefusal(why)
        setProgress(FORM)
      },
      over: (end) => ended.current(isShown() ? end : null),
    }
    void followPayment(port, payment, how)
  }

  // A reload continues open payments. Those that were never answered, only a person requests again.
  const resume = useRef(follow)
  resume.current = follow
  useEffect(() => {
    const all = kept.all()
    shownKey.current = all.at(-1)?.key ?? null
    for (const open of all) {
      if (open.topUpId !== null) resume.current(open, { isOurs: false, mayBeTaken: true })
    }
    const following = followed.current
    return () => {
      for (const controller of following.values()) controller.abort()
    }
  }, [kept])

  const show = (payment: KeptPayment, mayBeTaken: boolean) => {
    shownKey.current = payment.key
    setRefusal(null)
    setProgress({ at: 'submitting', payment })
    follow(payment, { isOurs: true, mayBeTaken })
  }

  return {
    progress,
    refusal,
    pay(amount, methodId) {
      let mayBeTaken = true
      const payment = kept.begin(amount, methodId, () => {
        mayBeTaken = false
        return crypto.randomUUID()
      })
      show(payment, mayBeTaken)
    },
    checkAgain() {
      const open = kept.open()
      if (open !== null) show(open, true)
    },
    backToForm() {
      shownKey.current = null
      setRefusal(null)
      setProgress(FORM)
    },
  }
}

function portTo(api: PayApi): Pick<PaymentPort, 'pay' | 'read' | 'bankPage'> {
  return {
    pay: ({ key, amount, methodId }) => api.pay(key, amount, methodId),
    read: (topUpId) => api.readTopUp(topUpId),
    async bankPage(topUpId) {
      const answer = await api.approve(topUpId, pageUrl())
      return 'data' in answer ? answer.data.url : null
    },
  }
}

/** Whether this tab goes there. */
function leaveFor(url: string): boolean {
  if (isEmbedded()) return false
  location.assign(url)
  return true
}
