/** The dialog for adding credit. States: idle, submitting, processing, approval, declined, unknown, checking. */
import { whyText } from '../../../src/texts/notice-text.ts'
import type { Answered, Refusal } from '../api/answered.ts'
import type { TopUpQuotes } from '../api/pay.ts'
import { Button, LinkButton } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { BALANCE_ID } from '../credit/balance-card.tsx'
import type { Loaded, PaymentMethod } from '../credit/data.ts'
import { Part } from '../credit/part.tsx'
import { compareDecimals } from '../format/decimal.ts'
import { useWords, type Words } from '../texts/words.tsx'
import { AddCreditForm, OWN_FIELD, useAddCreditFields } from './add-credit-form.tsx'
import { linkTarget } from './leave.ts'
import { PayMessage } from './pay-message.tsx'
import type { Progress } from './progress.ts'
import { refusalWords } from './refusal-words.ts'

export interface AddCreditDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly isSandbox: boolean
  readonly product: string
  readonly quotes: Loaded<TopUpQuotes>
  readonly currency: string
  readonly methods: readonly PaymentMethod[]
  readonly progress: Progress
  readonly refusal: Refusal | null
  readonly initialAmount?: string | null
  readonly initialMethodId?: string | null
  readonly askQuote: (amount: string) => Promise<Answered<TopUpQuotes>>
  readonly onPay: (amount: string, methodId: string) => void
  readonly onCheckAgain: () => void
  readonly onBackToForm: () => void
  /** With the amount that was entered. */
  readonly onAddMethod: (amount: string | null) => void
}

export default function AddCreditDialog(props: AddCreditDialogProps) {
  const words = useWords()
  const { t } = words
  const { isOpen, onClose, isSandbox, product, currency, methods, progress, refusal } = props
  const quotes = props.quotes.status === 'ready' ? props.quotes.data : null
  const fields = useAddCreditFields({
    quotes,
    currency,
    methods,
    initialAmount: props.initialAmount ?? ('payment' in progress ? progress.payment.amount : null),
    initialMethodId: props.initialMethodId ?? ('payment' in progress ? progress.payment.methodId : null),
    askQuote: props.askQuote,
  })
  const isForm = ['form', 'submitting', 'declined', 'canceled', 'succeeded'].includes(progress.at)
  const money = words.money(currency)
  const pay = () => {
    if (fields.methodId === null) return
    if (fields.chosen !== null) props.onPay(fields.chosen, fields.methodId)
    else if ('fault' in fields.amount.submit()) document.getElementById(OWN_FIELD)?.focus()
  }
  return (
    <Dialog
      title={t('action.add_credit')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      returnsTo={() => (progress.at === 'succeeded' ? document.getElementById(BALANCE_ID) : null)}
      footer={
        quotes === null ? null : isForm ? (
          <FormButtons {...props} fields={fields} onSubmit={pay} written={(amount) => money.amount(amount)} />
        ) : (
          <WaitingButtons {...props} />
        )
      }
    >
      <Standing progress={progress} words={words} currency={currency} />
      {progress.at === 'form' && refusal !== null ? (
        <PayMessage tone="critical" title={refusalWords(refusal, product, words)} />
      ) : null}
      {isForm ? (
        <form
          className="form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault()
            if (progress.at !== 'submitting') pay()
          }}
        >
          <Part name={t('action.add_credit')} loaded={props.quotes} blocks={['row', 'row', 'row', 'row']}>
            {(data) => (
              <AddCreditForm
                fields={fields}
                quotes={data}
                methods={methods}
                isLocked={progress.at === 'submitting' || progress.at === 'succeeded'}
              />
            )}
          </Part>
          <button type="submit" hidden />
        </form>
      ) : null}
    </Dialog>
  )
}

/** Shown above the form, or instead of it. */
function Standing({ progress, words, currency }: { progress: Progress; words: Words; currency: string }) {
  const { t } = words
  if (!('payment' in progress)) return null
  const amount = words.money(currency).amount(progress.payment.amount)
  switch (progress.at) {
    case 'processing':
      return (
        <PayMessage title={t('notice.processing.title', { amount })}>
          <p>{t('notice.processing.body')}</p>
        </PayMessage>
      )
    case 'approval':
      return (
        <PayMessage tone="warning" title={t('pay.approve', { amount })}>
          <p>{t('pay.approveBody')}</p>
        </PayMessage>
      )
    case 'declined':
      return (
        <PayMessage tone="critical" title={t('notice.failed.title', { amount })}>
          <p>{whyText(progress.why, words.catalogue) ?? t('pay.notAccepted')}</p>
          <p>{t('notice.failed.nothing_taken')}</p>
        </PayMessage>
      )
    case 'unknown':
      return (
        <PayMessage tone="warning" title={t('pay.unknown')}>
          <p>{t('pay.unknownOnce')}</p>
        </PayMessage>
      )
    case 'checking':
      return (
        <PayMessage tone="warning" title={t('notice.checking.title', { amount })}>
          <p>{t('notice.checking.body')}</p>
        </PayMessage>
      )
    case 'canceled':
      return <PayMessage tone="warning" title={t('pay.canceled', { amount })} />
    default:
      return null
  }
}

interface FormButtonsProps extends Omit<AddCreditDialogProps, 'quotes'> {
  readonly fields: ReturnType<typeof useAddCreditFields>
  readonly onSubmit: () => void
  readonly written: (amount: string) => string
}

function FormButtons(props: FormButtonsProps) {
  const { t } = useWords()
  const { progress, fields, methods, onAddMethod, onClose, onSubmit, written } = props
  const addMethod = () => onAddMethod(fields.chosen)
  if (methods.length === 0) {
    return (
      <>
        <Button kind="primary" onClick={addMethod}>
          {t('action.add_payment_method')}
        </Button>
        <Button onClick={onClose}>{t('action.cancel')}</Button>
      </>
    )
  }
  const declined = progress.at === 'declined' ? progress : null
  const isSameCard = declined !== null && declined.payment.methodId === fields.methodId
  const isSame = isSameCard && fields.chosen !== null && compareDecimals(declined.payment.amount, fields.chosen) === 0
  const canPay = !isSameCard || declined.canTryAgain
  const label = fields.chosen === null ? t('pay.buttonEmpty') : t('pay.button', { amount: written(fields.chosen) })
  return (
    <>
      {canPay ? (
        <Button kind="primary" isSubmitting={progress.at === 'submitting'} onClick={onSubmit}>
          {isSame ? t('action.tryAgain') : label}
        </Button>
      ) : null}
      {progress.at === 'submitting' ? null : (
        <Button kind={canPay ? 'secondary' : 'primary'} onClick={addMethod}>
          {t(declined === null ? 'pay.anotherCard' : 'pay.useAnother')}
        </Button>
      )}
      <Button kind={canPay ? 'text' : 'secondary'} onClick={onClose}>
        {t(progress.at === 'submitting' ? 'action.close' : 'action.cancel')}
      </Button>
    </>
  )
}

function WaitingButtons({ progress, onCheckAgain, onBackToForm, onClose }: FormlessProps) {
  const { t } = useWords()
  const another = <Button onClick={onBackToForm}>{t('action.pay_with_another_card')}</Button>
  return (
    <>
      {progress.at === 'approval' && progress.url !== null ? (
        <LinkButton href={progress.url} target={linkTarget()}>
          {t('action.approve_payment')}
        </LinkButton>
      ) : null}
      {progress.at === 'unknown' ? (
        <Button kind="primary" onClick={onCheckAgain}>
          {t('pay.checkAgain')}
        </Button>
      ) : null}
      {progress.at === 'checking' || progress.at === 'approval' ? another : null}
      {/* Alone, a text button would look indented and unlike a button; the second of two buttons has a box everywhere. */}
      <Button kind={progress.at === 'processing' || progress.at === 'unknown' ? 'secondary' : 'text'} onClick={onClose}>
        {t('action.close')}
      </Button>
    </>
  )
}

type FormlessProps = Omit<AddCreditDialogProps, 'quotes'>
