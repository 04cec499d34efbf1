/**
 * Changes the card: a saved one, or a new one through the provider's page; with consent if it may be charged
 * automatically.
 */
import { useState } from 'react'
import type { AutoTopUpQuote, WantedAutoTopUp } from '../api/pay.ts'
import { Button, LinkButton } from '../components/button.tsx'
import { Choices } from '../components/choices.tsx'
import Dialog from '../components/dialog.tsx'
import { Checkbox } from '../components/field.tsx'
import type { AutoTopUp, PaymentMethod } from '../credit/data.ts'
import { cardName, expiryOf } from '../credit/wording.ts'
import { useWords } from '../texts/words.tsx'
import { consentText } from './consent.ts'
import { linkTarget } from './leave.ts'
import { PayMessage } from './pay-message.tsx'

const NEW = 'new'
const BOX = 'method-consent'

export interface MethodDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
  readonly seller: string
  readonly methods: readonly PaymentMethod[]
  readonly autoTopUp: AutoTopUp
  /** What would be charged at once; null if nothing, or not known. */
  readonly quote: AutoTopUpQuote | null
  /**
   * `null` for a new card; with the accepted consent text if there was one. Returns what went wrong, or where to go on.
   */
  readonly onContinue: (
    methodId: string | null,
    consentedText: string | null,
  ) => Promise<{ readonly fault: string } | { readonly url: string } | null>
}

/** Long, because form, footer and submit share one state. */
export default function MethodDialog(props: MethodDialogProps) {
  const words = useWords()
  const { t } = words
  const { isOpen, onClose, isSandbox, seller, methods, autoTopUp, quote, onContinue } = props
  const others = methods.filter(({ is_default }) => !is_default)
  const [chosen, setChosen] = useState(NEW)
  const [tickedText, setTickedText] = useState<string | null>(null)
  const [isAsked, setIsAsked] = useState(false)
  const [isSubmitting, setIsSubmitting] = useState(false)
  const [fault, setFault] = useState<string | null>(null)
  const [url, setUrl] = useState<string | null>(null)
  const figures = figuresInForce(autoTopUp)
  const method = others.find(({ method_id }) => method_id === chosen) ?? null
  const card = method === null ? t('auto.newCard') : (cardName(method, words) ?? t('card.unnamed'))
  const text = figures === null ? null : consentText({ seller, card, currency: autoTopUp.currency, figures }, words)
  // The tick is for one text: with another card, or changed figures, it is gone.
  const isTicked = tickedText !== null && tickedText === text
  const go = async () => {
    if (text !== null && !isTicked) {
      setIsAsked(true)
      document.getElementById(BOX)?.focus()
      return
    }
    setIsSubmitting(true)
    const came = await onContinue(method?.method_id ?? null, text)
    setIsSubmitting(false)
    setFault(came !== null && 'fault' in came ? came.fault : null)
    if (came !== null && 'url' in came) setUrl(came.url)
  }
  return (
    <Dialog
      title={methods.length === 0 ? t('action.add_payment_method') : t('method.change')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      footer={
        <>
          {url === null ? (
            <Button kind="primary" onClick={() => void go()} isSubmitting={isSubmitting}>
              {method === null ? t('method.continue') : t('method.use')}
            </Button>
          ) : (
            <LinkButton href={url} target={linkTarget()}>
              {t('method.continue')}
            </LinkButton>
          )}
          <Button onClick={onClose}>{t('action.cancel')}</Button>
        </>
      }
    >
      <div className="form">
        {fault === null ? null : <PayMessage tone="critical" title={fault} />}
        {others.length === 0 ? (
          <p>{t('method.providerText')}</p>
        ) : (
          <Choices
            name="method"
            legend={t('method.choose')}
            value={chosen}
            isLocked={isSubmitting}
            onChange={setChosen}
            choices={[
              ...others.map((one) => ({
                value: one.method_id,
                label: `${cardName(one, words) ?? t('card.unnamed')}, ${expiryOf(one)}`,
              })),
              { value: NEW, label: t('method.new'), note: t('method.newNote') },
            ]}
          />
        )}
        {quote !== null && quote.charges > 0 ? (
          <PayMessage
            tone="warning"
            title={t('method.chargedOnceSaved', { total: words.money(quote.currency).amount(quote.total) })}
          />
        ) : null}
        {text === null ? null : (
          <Checkbox
            id={BOX}
            isChecked={isTicked}
            onChange={(isChecked) => setTickedText(isChecked ? text : null)}
            fault={isAsked && !isTicked ? t('auto.consentFault') : null}
          >
            {text}
          </Checkbox>
        )}
      </div>
    </Dialog>
  )
}

/** The figures by which another card would be charged automatically; null if it is off. */
export function figuresInForce({ state, settings }: AutoTopUp): WantedAutoTopUp | null {
  if (state === 'off' || settings === null || !settings.is_on) return null
  const { threshold, amount, monthly_cap } = settings
  return { threshold, amount, monthly_cap }
}
