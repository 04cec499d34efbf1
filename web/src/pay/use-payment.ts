/** A manual payment: requested under its key, then followed by its id to a definite end, dialog open or not. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Refusal } from '../api/answered.ts'
import type { PayApi } from '../api/pay.ts'
import { type Begun, followPayment, type PaymentPort } from './follow-payment.ts'
import { type KeptPayment, keptPayments } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { type Progress, progressOf, UNKNOWN_AFTER_MS } from './progress.ts'

export interface PaymentControl {
  readonly progress: Progress
  /** Of the last request, which charged nothing. */
  readonly refusal: Refusal | null
  readonly pay: (amount: string, methodId: string) => void
  /** Asks again under the same key. */
  readonly checkAgain: () => void
  /** For another payment; the current one continues. */
  readonly backToForm: () => void
}

export interface PaymentOptions {
  readonly api: PayApi
  readonly accountId: string
  /** The payment has ended, or the page's data must be reloaded for another reason. */
  readonly onChanged: (progress: Progress) => void
}

const FORM: Progress = { at: 'form' }

export function usePayment({ api, accountId, onChanged }: PaymentOptions): PaymentControl {
  const kept = useMemo(() => keptPayments(sessionStorage, accountId), [accountId])
  const [progress, setProgress] = useState<Progress>(() => {
    const open = kept.open()
    return open === null ? FORM : progressOf(open, null, open.topUpId === null ? UNKNOWN_AFTER_MS : 0)
  })
  const [refusal, setRefusal] = useState<Refusal | null>(null)
  const following = useRef<AbortController | null>(null)
  const changed = useRef(onChanged)
  changed.current = onChanged

  const follow = (payment: KeptPayment, how: Begun) => {
    following.current?.abort()
    const controller = new AbortController()
    following.current = controller
    const { signal } = controller
    const show = (next: Progress) => {
      if (!signal.aborted) setProgress(next)
    }
    const refused = (why: Refusal) => {
      if (signal.aborted) return
      setRefusal(why)
      setProgress(FORM)
    }
    const over = (end: Progress) => changed.current(end)
    void followPayment({ ...portTo(api), kept, signal, show, refused, over }, payment, how)
  }

  // A reload continues an open payment. If it was never answered, only a person asks again.
  const resume = useRef(follow)
  resume.current = follow
  useEffect(() => {
    const open = kept.open()
    if (open !== null && open.topUpId !== null) resume.current(open, { isOurs: false, mayBeTaken: true })
    return () => following.current?.abort()
  }, [kept])

  return {
    progress,
    refusal,
    pay(amount, methodId) {
      let mayBeTaken = true
      const payment = kept.begin(amount, methodId, () => {
        mayBeTaken = false
        return crypto.randomUUID()
      })
      setRefusal(null)
      setProgress({ at: 'submitting', payment })
      follow(payment, { isOurs: true, mayBeTaken })
    },
    checkAgain() {
      const open = kept.open()
      if (open === null) return
      setProgress({ at: 'submitting', payment: open })
      follow(open, { isOurs: true, mayBeTaken: true })
    },
    backToForm() {
      setRefusal(null)
      setProgress(FORM)
    },
  }
}

function portTo(api: PayApi): Pick<PaymentPort, 'pay' | 'read' | 'bankPage' | 'goTo'> {
  return {
    pay: ({ key, amount, methodId }) => api.pay(key, amount, methodId),
    read: (topUpId) => api.readTopUp(topUpId),
    async bankPage(topUpId) {
      const answer = await api.approve(topUpId, pageUrl())
      return 'data' in answer ? answer.data.url : null
    },
    goTo(url) {
      if (isEmbedded()) return false
      location.assign(url)
      return true
    },
  }
}
