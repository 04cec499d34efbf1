/** A payment by hand: asked for under its key, then followed by its id until it has a definite end, dialog open or not. */
import { useEffect, useMemo, useRef, useState } from 'react'
import type { PayApi, Refusal } from '../api/pay.ts'
import { type KeptPayment, keptPayments } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { isOver, nextLookMs, type Progress, progressOf, UNKNOWN_AFTER_MS } from './progress.ts'

export interface PaymentControl {
  readonly progress: Progress
  /** Of the last request: nothing was charged by it. */
  readonly refusal: Refusal | null
  readonly pay: (amount: string, methodId: string) => void
  /** Asks once more under the same key. */
  readonly checkAgain: () => void
  /** Another payment; one under way goes on. */
  readonly backToForm: () => void
}

export interface PaymentOptions {
  readonly api: PayApi
  readonly accountId: string
  /** It has a definite end, or the page has to be read anew for another reason. */
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

  const follow = (payment: KeptPayment, isOurs: boolean) => {
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
    void followPayment({ api, kept, signal, show, refused, over: (end) => changed.current(end) }, payment, isOurs)
  }

  // A reload finds it where it was. Without an answer it is a person who asks again.
  const resume = useRef(follow)
  resume.current = follow
  useEffect(() => {
    const open = kept.open()
    if (open !== null && open.topUpId !== null) resume.current(open, false)
    return () => following.current?.abort()
  }, [kept])

  return {
    progress,
    refusal,
    pay(amount, methodId) {
      const payment = kept.begin(amount, methodId, () => crypto.randomUUID())
      setRefusal(null)
      setProgress({ at: 'submitting', payment })
      follow(payment, true)
    },
    checkAgain() {
      const open = kept.open()
      if (open === null) return
      setProgress({ at: 'submitting', payment: open })
      follow(open, true)
    },
    backToForm() {
      setRefusal(null)
      setProgress(FORM)
    },
  }
}

interface Following {
  readonly api: PayApi
  readonly kept: ReturnType<typeof keptPayments>
  readonly signal: AbortSignal
  readonly show: (progress: Progress) => void
  readonly refused: (refusal: Refusal) => void
  readonly over: (progress: Progress) => void
}

/** `isOurs`: the person has just asked for it, so the bank's page follows by itself. */
async function followPayment(by: Following, begun: KeptPayment, isOurs: boolean): Promise<void> {
  const { api, kept, signal, show } = by
  const sinceMs = Date.now()
  let payment = begun
  let heard: Parameters<typeof progressOf>[1] = null
  let bankUrl: string | null = null
  let isLost = false
  while (!signal.aborted) {
    if (payment.topUpId === null) {
      const answer = await api.pay(payment.key, payment.amount, payment.methodId)
      if ('refusal' in answer) {
        // Refused, it took nothing: the next one is another payment.
        kept.ended(payment.key)
        by.refused(answer.refusal)
        return
      }
      isLost = 'silence' in answer
      if ('data' in answer) {
        payment = { ...payment, topUpId: answer.data.top_up_id }
        kept.answered(payment.key, answer.data.top_up_id)
      }
    } else {
      const answer = await api.readTopUp(payment.topUpId)
      if ('data' in answer) heard = answer.data
      isLost = 'silence' in answer
      if ('refusal' in answer && answer.refusal.status !== 429) {
        // What came of it is not for this session to know any more.
        if (answer.refusal.status === 404) kept.ended(payment.key)
        by.refused(answer.refusal)
        return
      }
    }
    const waitedMs = Date.now() - sinceMs
    const progress = progressOf(payment, heard, isLost ? Math.max(waitedMs, UNKNOWN_AFTER_MS) : waitedMs)
    if (isOver(progress)) {
      kept.ended(payment.key)
      show(progress)
      by.over(progress)
      return
    }
    if (progress.at === 'approval') {
      bankUrl ??= await bankPageOf(api, payment.topUpId!)
      show({ ...progress, url: bankUrl })
      if (bankUrl !== null && isOurs && !isEmbedded() && !signal.aborted) {
        location.assign(bankUrl)
        return
      }
    } else {
      show(progress)
    }
    await new Promise((resolve) => setTimeout(resolve, nextLookMs(waitedMs)))
  }
}

async function bankPageOf(api: PayApi, topUpId: string): Promise<string | null> {
  const answer = await api.approve(topUpId, pageUrl())
  return 'data' in answer ? answer.data.url : null
}
