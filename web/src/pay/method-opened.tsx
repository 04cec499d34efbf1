/**
 * The payment method dialog, connected to the API: quotes what is charged at once, and leads to the provider's page.
 */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { PayApi } from '../api/pay.ts'
import type { AutoTopUp, PaymentMethod, Session } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { consentOf } from './consent.ts'
import type { KeptEntries } from './kept.ts'
import { isEmbedded } from './leave.ts'
import MethodDialog, { figuresInForce } from './method-dialog.tsx'
import { refusalWords } from './refusal-words.ts'
import { beginVisit, useVisitEnd, type VisitEnd } from './use-visit.ts'

export interface MethodOpenedProps {
  readonly api: PayApi
  readonly session: Session
  readonly methods: readonly PaymentMethod[]
  readonly autoTopUp: AutoTopUp
  readonly entries: KeptEntries | null
  readonly onClose: () => void
  readonly onChosen: (methodId: string) => void
  /** In a frame this page stays open while the provider's page is open elsewhere. */
  readonly onVisitEnd: (end: VisitEnd) => void
}

export function MethodOpened(props: MethodOpenedProps) {
  const words = useWords()
  const { t } = words
  const { api, session, methods, autoTopUp, entries, onClose, onChosen } = props
  const { account_id: accountId } = session
  const figures = figuresInForce(autoTopUp)
  // A new card ends only a pause after declines that waited for funds.
  const isChargedOnceSaved =
    figures !== null &&
    autoTopUp.open_top_up === null &&
    (autoTopUp.pause === null || autoTopUp.pause.reason === 'declined')
  const quote = useQuery({
    queryKey: ['account', accountId, 'auto-top-up-quote', figures],
    queryFn: async () => {
      const answer = await api.quoteAutoTopUp(figures)
      return 'data' in answer ? answer.data : null
    },
    enabled: isChargedOnceSaved,
    staleTime: 0,
  })
  const [isElsewhere, setIsElsewhere] = useState(false)
  useVisitEnd(api, accountId, isElsewhere, props.onVisitEnd)
  const go = async (methodId: string | null, consentedText: string | null) => {
    const consent = consentedText === null || figures === null ? null : consentOf(consentedText, figures, words)
    if (methodId === null) {
      const begun = await beginVisit(api, accountId, { makesDefault: true, consent, entries })
      if ('url' in begun) {
        // Outside a frame this page is being left; the returning page looks at the visit.
        setIsElsewhere(isEmbedded())
        return { url: begun.url }
      }
      const { refusal } = begun
      return { fault: refusal === null ? t('method.notSaved') : refusalWords(refusal, session.product, words) }
    }
    const answer = await api.chooseDefault(methodId, consent && { ...consent, method_id: methodId })
    if ('refusal' in answer) return { fault: refusalWords(answer.refusal, session.product, words) }
    if ('silence' in answer) return { fault: t('pay.failedUnknown') }
    onChosen(methodId)
    return null
  }
  return (
    <MethodDialog
      isOpen
      onClose={onClose}
      isSandbox={session.is_sandbox}
      seller={session.seller}
      methods={methods}
      autoTopUp={autoTopUp}
      quote={isChargedOnceSaved ? (quote.data ?? null) : null}
      onContinue={go}
    />
  )
}
