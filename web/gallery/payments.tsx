/** Every state of the payment dialogs, with planted figures. */
import type { Refusal } from '../src/api/answered.ts'
import type { AutoTopUpQuote, TopUpQuotes } from '../src/api/pay.ts'
import type { AutoTopUp } from '../src/credit/data.ts'
import AddCreditDialog from '../src/pay/add-credit-dialog.tsx'
import ApproveDialog from '../src/pay/approve-dialog.tsx'
import AutoTopUpDialog from '../src/pay/auto-top-up-dialog.tsx'
import type { KeptPayment } from '../src/pay/kept.ts'
import MethodDialog from '../src/pay/method-dialog.tsx'
import type { Progress } from '../src/pay/progress.ts'
import RemoveMethodDialog from '../src/pay/remove-method-dialog.tsx'
import { MoreWords } from '../src/texts/words.tsx'
import { AUTO, AUTO_STATES, ready, SESSION, VISA } from './planted.ts'

const nothing = () => undefined
const never = () => new Promise<never>(nothing)
const MASTERCARD = { ...VISA, method_id: 'pm-2', brand: 'mastercard', last4: '4444', is_default: false }

const QUOTES: TopUpQuotes = {
  account_id: SESSION.account_id,
  currency: 'EUR',
  balance: '42.170000',
  owed: '0.000000',
  min: '5.000000',
  max: '5000.000000',
  quote: null,
  suggested: [
    { amount: '30.000000', balance_after: '72.170000', is_blocked_after: false, days: 7, is_automatic_amount: false },
    { amount: '50.000000', balance_after: '92.170000', is_blocked_after: false, days: 11, is_automatic_amount: true },
    {
      amount: '130.000000',
      balance_after: '172.170000',
      is_blocked_after: false,
      days: 31,
      is_automatic_amount: false,
    },
  ],
}
const OWED: TopUpQuotes = {
  ...QUOTES,
  balance: '-3.416200',
  owed: '3.420000',
  suggested: [
    { amount: '30.000000', balance_after: '26.583800', is_blocked_after: false, days: 6, is_automatic_amount: false },
    { amount: '50.000000', balance_after: '46.583800', is_blocked_after: false, days: 11, is_automatic_amount: true },
    {
      amount: '130.000000',
      balance_after: '126.583800',
      is_blocked_after: false,
      days: 30,
      is_automatic_amount: false,
    },
  ],
}

const PAYMENT: KeptPayment = {
  key: 'key',
  amount: '50.000000',
  methodId: 'pm-1',
  topUpId: 't-1',
  begunAtMs: 0,
}

const SESSION_ENDED: Refusal = {
  status: 401,
  code: 'unauthenticated',
  errors: [],
  change: null,
  retryAfterSeconds: null,
}

function Adding({
  progress = { at: 'form' },
  quotes = QUOTES,
  amount = null,
  methods = [VISA, MASTERCARD],
  refusal = null,
}: AddingProps) {
  return (
    <MoreWords area="pay">
      <AddCreditDialog
        isOpen
        onClose={nothing}
        isSandbox
        product={SESSION.product}
        currency="EUR"
        quotes={ready(quotes)}
        methods={methods}
        progress={progress}
        refusal={refusal}
        initialAmount={amount}
        askQuote={async () => ({ data: quotes, etag: null })}
        onPay={nothing}
        onCheckAgain={nothing}
        onBackToForm={nothing}
        onAddMethod={nothing}
      />
    </MoreWords>
  )
}

interface AddingProps {
  readonly refusal?: Refusal | null
  readonly progress?: Progress
  readonly quotes?: TopUpQuotes
  readonly amount?: string | null
  readonly methods?: readonly (typeof VISA)[]
}

const AUTO_QUOTE: AutoTopUpQuote = {
  account_id: SESSION.account_id,
  currency: 'EUR',
  charges: 0,
  total: '0.000000',
  balance_after: '42.170000',
  limit: null,
  until: null,
  average: '4.180000',
  is_amount_below_a_day: false,
  is_threshold_below_a_day: false,
  is_cap_used_up: false,
  suggested_threshold: '60.000000',
  suggested_amount: '30.000000',
}
const BELOW: AutoTopUpQuote = { ...AUTO_QUOTE, charges: 2, total: '100.000000', balance_after: '96.580000' }

function Auto({ autoTopUp, quote = AUTO_QUOTE, cap = null }: AutoProps) {
  return (
    <MoreWords area="pay">
      <AutoTopUpDialog
        isOpen
        onClose={nothing}
        isSandbox
        product={SESSION.product}
        seller={SESSION.seller}
        self={SESSION.person}
        autoTopUp={autoTopUp}
        initial={{ threshold: '25.000000', amount: '50.000000', cap }}
        suggestedThreshold="60.000000"
        askQuote={async () => ({ data: quote, etag: null })}
        onSave={never}
        onLoadCurrent={nothing}
        onChangeMethod={nothing}
      />
    </MoreWords>
  )
}

interface AutoProps {
  readonly autoTopUp: AutoTopUp
  readonly quote?: AutoTopUpQuote
  readonly cap?: string | null
}

function Method({ autoTopUp, methods = [VISA, MASTERCARD], quote = null }: MethodProps) {
  return (
    <MoreWords area="pay">
      <MethodDialog
        isOpen
        onClose={nothing}
        isSandbox
        seller={SESSION.seller}
        methods={methods}
        autoTopUp={autoTopUp}
        quote={quote}
        onContinue={never}
      />
    </MoreWords>
  )
}

interface MethodProps {
  readonly autoTopUp: AutoTopUp
  readonly methods?: readonly (typeof VISA)[]
  readonly quote?: AutoTopUpQuote | null
}

const state = (name: string) => AUTO_STATES[name]!

export const PAYMENTS: Readonly<Record<string, () => React.ReactNode>> = {
  'pay-idle': () => <Adding />,
  'pay-owed': () => <Adding quotes={OWED} />,
  'pay-own-amount': () => (
    <Adding
      amount="5.00"
      quotes={{
        ...OWED,
        balance: '-8.416200',
        owed: '8.420000',
        suggested: OWED.suggested.map((quote, place) => ({ ...quote, days: [5, 9, 29][place]! })),
        quote: {
          amount: '5.000000',
          balance_after: '-3.416200',
          is_blocked_after: true,
          days: null,
          is_automatic_amount: false,
        },
      }}
    />
  ),
  'pay-no-method': () => <Adding methods={[]} />,
  'pay-submitting': () => <Adding progress={{ at: 'submitting', payment: PAYMENT }} />,
  'pay-processing': () => <Adding progress={{ at: 'processing', payment: PAYMENT }} />,
  'pay-approval': () => <Adding progress={{ at: 'approval', payment: PAYMENT, url: '#bank' }} />,
  'pay-declined': () => <Adding progress={{ at: 'declined', payment: PAYMENT, why: 'funds', canTryAgain: true }} />,
  'pay-declined-hard': () => (
    <Adding progress={{ at: 'declined', payment: PAYMENT, why: 'hard', canTryAgain: false }} />
  ),
  'pay-unknown': () => <Adding progress={{ at: 'unknown', payment: PAYMENT }} />,
  'pay-checking': () => <Adding progress={{ at: 'checking', payment: PAYMENT }} />,
  'pay-session-ended': () => <Adding refusal={SESSION_ENDED} />,
  'pay-approve': () => (
    <MoreWords area="pay">
      <ApproveDialog isOpen onClose={nothing} isSandbox url="#bank" fault={null} />
    </MoreWords>
  ),
  'auto-set-up': () => <Auto autoTopUp={state('never-set-up')} />,
  'auto-set-up-below': () => <Auto autoTopUp={state('never-set-up')} quote={BELOW} cap="300.000000" />,
  'auto-set-up-without-method': () => <Auto autoTopUp={{ ...state('never-set-up'), method: null }} />,
  'auto-edit': () => <Auto autoTopUp={AUTO} cap="300.000000" />,
  'auto-resume': () => <Auto autoTopUp={state('paused')} cap="300.000000" />,
  'auto-resume-another-card': () => <Auto autoTopUp={{ ...state('paused'), needs_another_method: true }} />,
  'method-first': () => <Method autoTopUp={state('never-set-up')} methods={[]} />,
  'method-change': () => <Method autoTopUp={state('off')} />,
  'method-change-charged': () => <Method autoTopUp={AUTO} quote={BELOW} />,
  'method-remove': () => (
    <MoreWords area="pay">
      <RemoveMethodDialog isOpen onClose={nothing} isSandbox method={VISA} isAutoTopUpOn onRemove={async () => null} />
    </MoreWords>
  ),
}
