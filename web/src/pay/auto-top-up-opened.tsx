/** The auto top-up dialog, connected to the API: read with its ETag, quoted, saved once. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useRef } from 'react'
import type { Refusal } from '../api/answered.ts'
import type { PayApi, WantedAutoTopUp } from '../api/pay.ts'
import type { AutoTopUp, Session } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import AutoTopUpDialog, { type AutoTopUpSaved } from './auto-top-up-dialog.tsx'
import { consentOf } from './consent.ts'
import type { KeptEntries } from './kept.ts'
import { Pending } from './pending.tsx'
import { refusalWords } from './refusal-words.ts'

type AutoEntriesKept = Extract<KeptEntries, { form: 'auto' }>

export interface AutoTopUpOpenedProps {
  readonly api: PayApi
  readonly session: Session
  readonly entries: AutoEntriesKept | null
  readonly onClose: () => void
  readonly onSaved: () => void
  /** `isSimple`: auto top-up is off, so another card needs no consent. */
  readonly onChangeMethod: (entries: AutoEntriesKept, isSimple: boolean) => void
}

/** Long by its list of queries and callbacks. */
export function AutoTopUpOpened(props: AutoTopUpOpenedProps) {
  const words = useWords()
  const { t } = words
  const { api, session, entries, onClose, onSaved, onChangeMethod } = props
  const client = useQueryClient()
  const queryKey = ['auto-top-up-form', session.account_id]
  const form = useQuery({
    queryKey,
    queryFn: () => read(api),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  })
  const askQuote = useMemo(() => (figures: WantedAutoTopUp) => api.quoteAutoTopUp(figures), [api])
  /** One key for each set of entries, so that a second click or a retry does not save twice. */
  const key = useRef<{ readonly of: string; readonly key: string } | null>(null)
  if (form.data === undefined) {
    return <Pending part={t('part.autoTopUp')} query={form} isOpen onClose={onClose} isSandbox={session.is_sandbox} />
  }
  const { autoTopUp, first } = form.data
  const { settings, etag } = autoTopUp
  const save = async (figures: WantedAutoTopUp, consentedText: string | null): Promise<AutoTopUpSaved> => {
    const method_id = autoTopUp.method?.method_id ?? null
    const consent = consentedText === null ? null : { ...consentOf(consentedText, figures, words), method_id }
    const of = JSON.stringify([figures, consent, etag])
    if (key.current?.of !== of) key.current = { of, key: crypto.randomUUID() }
    const answer = await api.saveAutoTopUp(key.current.key, etag, figures, consent)
    if ('silence' in answer) return { fault: t('pay.unknown') }
    if ('refusal' in answer) return refused(answer.refusal)
    onSaved()
    return null
  }
  const refused = async (refusal: Refusal): Promise<AutoTopUpSaved> => {
    key.current = null
    if (refusal.change !== null) {
      const data = await read(api).catch(() => null)
      return { changed: { change: refusal.change, current: data?.autoTopUp ?? null } }
    }
    if (refusal.code === 'consent-needed') return { fault: t('auto.consentFault'), asksConsent: true }
    return { fault: refusalWords(refusal, session.product, words) }
  }
  return (
    <AutoTopUpDialog
      isOpen
      onClose={onClose}
      isSandbox={session.is_sandbox}
      product={session.product}
      seller={session.seller}
      self={session.person}
      autoTopUp={autoTopUp}
      initial={
        entries ?? {
          threshold: settings?.threshold ?? first.suggested_threshold,
          amount: settings?.amount ?? first.suggested_amount,
          cap: settings?.monthly_cap ?? null,
        }
      }
      suggestedThreshold={first.average === null ? null : first.suggested_threshold}
      askQuote={askQuote}
      onSave={save}
      onLoadCurrent={(current) => client.setQueryData(queryKey, { autoTopUp: current, first })}
      onChangeMethod={(given) => onChangeMethod({ form: 'auto', ...given }, autoTopUp.state === 'off')}
    />
  )
}

async function read(api: PayApi) {
  const [one, quote] = await Promise.all([api.readAutoTopUp(), api.quoteAutoTopUp(null)])
  if (!('data' in one) || !('data' in quote) || one.etag === null) throw new Error('the settings could not be read')
  const autoTopUp: AutoTopUp = { ...one.data, etag: one.etag }
  return { autoTopUp, first: quote.data }
}
