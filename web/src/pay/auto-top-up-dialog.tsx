/**
 * Sets up, changes or resumes automatic top-up in one form. What could charge more needs a tick, which is never preset.
 */
import { type FormEvent, Suspense, useRef, useState } from 'react'
import type { Change } from '../api/answered.ts'
import type { WantedAutoTopUp } from '../api/pay.ts'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { Checkbox, type Fault, FaultSummary } from '../components/field.tsx'
import { ChangedMeanwhile } from '../credit/changed-meanwhile.tsx'
import { autoTopUpChanges } from '../credit/changes.ts'
import type { AutoTopUp } from '../credit/data.ts'
import { cardName } from '../credit/wording.ts'
import { isBelow } from '../format/decimal.ts'
import { MoreWords, useWords } from '../texts/words.tsx'
import { AutoTopUpForm } from './auto-top-up-form.tsx'
import { consentText } from './consent.ts'
import { PayMessage } from './pay-message.tsx'
import { refusalWords } from './refusal-words.ts'
import { type AskAutoQuote, type AutoEntries, useAutoTopUpFields } from './use-auto-top-up-fields.ts'

const BOX = 'auto-consent'

export type AutoTopUpSaved =
  | null
  | { readonly fault: string; readonly asksConsent?: boolean }
  /** `current` is null if it could not be read. */
  | { readonly changed: { readonly change: Change; readonly current: AutoTopUp | null } }

export interface AutoTopUpDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
  readonly product: string
  readonly seller: string
  /** The reader. */
  readonly self: { readonly id: string }
  readonly autoTopUp: AutoTopUp
  readonly initial: AutoEntries
  /** Average usage of 14 days; null if unknown. */
  readonly suggestedThreshold: string | null
  readonly askQuote: AskAutoQuote
  /** `consentedText` as it was shown; null if no consent was needed. */
  readonly onSave: (figures: WantedAutoTopUp, consentedText: string | null) => Promise<AutoTopUpSaved>
  /** Somebody else changed the settings: start over from the current ones, as they were shown. */
  readonly onLoadCurrent: (current: AutoTopUp) => void
  /** To add or change the card, keeping the entries. */
  readonly onChangeMethod: (entries: AutoEntries) => void
}

/** Long, because form, footer and submit share one state. */
export default function AutoTopUpDialog(props: AutoTopUpDialogProps) {
  const words = useWords()
  const { t, money } = words
  const { isOpen, onClose, isSandbox, product, seller, autoTopUp, askQuote } = props
  const { currency, method, needs_another_method: needsAnother } = autoTopUp
  const fields = useAutoTopUpFields(autoTopUp, props.initial, askQuote)
  const { figures, quote } = fields
  const summary = useRef<HTMLElement>(null)
  const [tickedText, setTickedText] = useState<string | null>(null)
  const [faults, setFaults] = useState<readonly Fault[]>([])
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [answer, setAnswer] = useState<AutoTopUpSaved>(null)
  const [isConsentAsked, setIsConsentAsked] = useState(false)

  const card = cardName(method, words)
  const mode = modeOf(autoTopUp)
  const needsConsent = isConsentAsked || mode !== 'edit' || (figures !== null && couldChargeMore(autoTopUp, figures))
  const text = figures === null || card === null ? null : consentText({ seller, card, currency, figures }, words)
  const isTicked = tickedText !== null && tickedText === text
  const chargesNow = quote !== null && quote.charges > 0 && autoTopUp.open_top_up === null ? quote : null

  /** Nobody pays an amount they were not shown: one that was not known is put on the button first. */
  const saveAsShown = async (wanted: WantedAutoTopUp): Promise<AutoTopUpSaved | 'amount_not_shown'> => {
    if (quote === null) {
      const asked = await fields.quoteNow()
      if ('refusal' in asked) return { fault: refusalWords(asked.refusal, product, words) }
      if ('silence' in asked) return { fault: t('pay.failed') }
      if (asked.data.charges > 0) return 'amount_not_shown'
    }
    return await props.onSave(wanted, needsConsent ? text : null)
  }
  const submit = async (event?: FormEvent) => {
    event?.preventDefault()
    if (isSubmitting) return
    const found = [
      ...fields.submit(),
      ...(needsConsent && !isTicked ? [{ fieldId: BOX, message: t('auto.consentFault') }] : []),
    ]
    setFaults(found)
    if (found.length > 0 || figures === null) {
      requestAnimationFrame(() => summary.current?.focus())
      return
    }
    setIsSubmitting(true)
    const saved = await saveAsShown(figures)
    setIsSubmitting(false)
    setAnswer(saved === 'amount_not_shown' ? null : saved)
    if (saved === 'amount_not_shown') return
    if (saved !== null && 'asksConsent' in saved && saved.asksConsent) setIsConsentAsked(true)
    if (saved === null) onClose()
  }
  const total = chargesNow === null ? null : money(currency).amount(chargesNow.total)
  return (
    <Dialog
      title={t(TITLES[mode])}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        <>
          {method === null || needsAnother ? (
            <Button kind="primary" onClick={() => props.onChangeMethod(entriesOf(fields, props.initial))}>
              {method === null ? t('action.add_payment_method') : t('pay.chooseCard')}
            </Button>
          ) : (
            <Button kind="primary" onClick={() => void submit()} isSubmitting={isSubmitting}>
              {total === null ? t(BUTTONS[mode]) : t(PAYING_BUTTONS[mode], { total })}
            </Button>
          )}
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </>
      }
    >
      <form className="form" noValidate onSubmit={(event) => void submit(event)}>
        <FaultSummary faults={faults} ref={summary} />
        <SaveAnswer
          answer={answer}
          self={props.self}
          autoTopUp={autoTopUp}
          onLoad={(current, entries) => {
            props.onLoadCurrent(current)
            fields.load(entries)
            setTickedText(null)
            setAnswer(null)
          }}
        />
        {needsAnother ? <PayMessage tone="warning" title={t('auto.needsAnother')} /> : null}
        <AutoTopUpForm
          fields={fields}
          autoTopUp={autoTopUp}
          chargesNow={chargesNow}
          suggestedThreshold={props.suggestedThreshold}
          isLocked={isSubmitting}
          onChangeMethod={() => props.onChangeMethod(entriesOf(fields, props.initial))}
        />
        {needsConsent && text !== null && !needsAnother ? (
          <Checkbox
            id={BOX}
            isChecked={isTicked}
            onChange={(isChecked) => setTickedText(isChecked ? text : null)}
            fault={faults.some(({ fieldId }) => fieldId === BOX) && !isTicked ? t('auto.consentFault') : null}
          >
            {text}
          </Checkbox>
        ) : null}
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}

type Mode = 'set_up' | 'edit' | 'resume'

const TITLES = { set_up: 'auto.setUpTitle', edit: 'auto.editTitle', resume: 'auto.resumeTitle' } as const
const BUTTONS = { set_up: 'auto.setUp', edit: 'action.save', resume: 'auto.resume' } as const
const PAYING_BUTTONS = { set_up: 'auto.setUpAndPay', edit: 'auto.saveAndPay', resume: 'auto.resumeAndPay' } as const

function modeOf({ state, pause }: AutoTopUp): Mode {
  if (state === 'off') return 'set_up'
  return pause === null ? 'edit' : 'resume'
}

/** As the server decides; here it only decides whether the box is shown from the start. */
function couldChargeMore({ settings }: AutoTopUp, figures: WantedAutoTopUp): boolean {
  if (settings === null) return true
  const { monthly_cap: was } = settings
  const { monthly_cap: cap } = figures
  return (
    isBelow(settings.threshold, figures.threshold) ||
    isBelow(settings.amount, figures.amount) ||
    (was !== null && (cap === null || isBelow(was, cap)))
  )
}

function entriesOf(
  { threshold, amount, cap }: ReturnType<typeof useAutoTopUpFields>,
  initial: AutoEntries,
): AutoEntries {
  return {
    threshold: threshold.value ?? initial.threshold,
    amount: amount.value ?? initial.amount,
    cap: cap.text.trim() === '' ? null : (cap.value ?? initial.cap),
  }
}

interface SaveAnswerProps {
  readonly answer: AutoTopUpSaved
  readonly self: { readonly id: string }
  readonly autoTopUp: AutoTopUp
  readonly onLoad: (current: AutoTopUp, entries: AutoEntries) => void
}

/** Why saving failed. */
function SaveAnswer({ answer, self, autoTopUp, onLoad }: SaveAnswerProps) {
  if (answer === null) return null
  if ('fault' in answer) return <PayMessage tone="critical" title={answer.fault} />
  const { change, current } = answer.changed
  const settings = current?.settings ?? null
  const load =
    current === null || settings === null
      ? undefined
      : () => onLoad(current, { threshold: settings.threshold, amount: settings.amount, cap: settings.monthly_cap })
  return (
    <Suspense fallback={null}>
      <MoreWords area="dialogs">
        <ChangedMeanwhile
          change={change}
          changesIn={current === null ? null : (words) => autoTopUpChanges(autoTopUp, current, words)}
          people={{ self, contacts: [] }}
          onLoadCurrent={load}
        />
      </MoreWords>
    </Suspense>
  )
}
