/** A visit to the provider's page, where a card is entered: started, and looked at when the page is back. */
import { useEffect, useRef } from 'react'
import type { Refusal } from '../api/answered.ts'
import type { MethodSetup, PayApi, WantedConsent } from '../api/pay.ts'
import { type KeptEntries, keptVisit } from './kept.ts'
import { isEmbedded, pageUrl } from './leave.ts'
import { tabStore } from './tab-store.ts'

const LOOK_EVERY_MS = 2_000
const MAX_LOOKS_IN_SILENCE = 3

export interface VisitEnd {
  /** Null if the result is unknown. */
  readonly setup: MethodSetup | null
  readonly entries: KeptEntries | null
}

export type VisitBegun = { readonly url: string } | { readonly refusal: Refusal | null }

/** Goes there in this tab; in a frame, returns the address for a link. */
export async function beginVisit(
  api: PayApi,
  accountId: string,
  wanted: {
    readonly makesDefault: boolean
    readonly consent: WantedConsent | null
    readonly entries: KeptEntries | null
  },
): Promise<VisitBegun> {
  const answer = await api.openSetup(crypto.randomUUID(), pageUrl(), wanted.makesDefault, wanted.consent)
  if (!('data' in answer)) return { refusal: 'refusal' in answer ? answer.refusal : null }
  const { setup_id: setupId, url } = answer.data
  keptVisit(tabStore(), accountId).begin({ setupId, entries: wanted.entries })
  if (!isEmbedded()) location.assign(url)
  return { url }
}

/** Looks while `isBack`, or in a frame while a visit is open; calls `onEnd` once with the result. */
export function useVisitEnd(api: PayApi, accountId: string, isBack: boolean, onEnd: (end: VisitEnd) => void): void {
  const ended = useRef(onEnd)
  ended.current = onEnd
  useEffect(() => {
    if (!isBack) return
    const kept = keptVisit(tabStore(), accountId)
    const visit = kept.open()
    if (visit === null) return
    const aborted = new AbortController()
    void (async () => {
      let silences = 0
      while (!aborted.signal.aborted) {
        const answer = await api.readSetup(visit.setupId)
        if (aborted.signal.aborted) return
        if ('silence' in answer) silences += 1
        const setup = 'data' in answer ? answer.data : null
        const isWaitedFor = isEmbedded() && setup?.state === 'open'
        if (!isWaitedFor && !('silence' in answer && silences < MAX_LOOKS_IN_SILENCE)) {
          kept.end()
          ended.current({ setup, entries: visit.entries })
          return
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      }
    })()
    return () => aborted.abort()
  }, [api, accountId, isBack])
}
