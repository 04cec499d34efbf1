/** The list of payments, failed ones included: who requested it, its state, why a card was declined. */
import { whyText } from '../../../src/texts/notice-text.ts'
import type { IconName } from '../components/icon.tsx'
import { EmptyState } from '../components/states.tsx'
import { StatusLine, type Tone } from '../components/status-line.tsx'
import { type Column, Table } from '../components/table.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { Listed, Payment, PaymentMethod } from './data.ts'
import { personName } from './person-name.ts'
import { cardName } from './wording.ts'

export interface PaymentsProps {
  readonly payments: Listed<Payment>
  readonly methods: readonly PaymentMethod[]
}

export function Payments({ payments, methods }: PaymentsProps) {
  const words = useWords()
  const { t, dates, money } = words
  const who = ({ trigger, requested_by }: Payment) =>
    trigger === 'automatic' ? t('payments.automatic') : (personName(requested_by, null) ?? t('payments.byHand'))
  const card = ({ method_id }: Payment) =>
    cardName(methods.find((method) => method.method_id === method_id) ?? null, words)
  if (payments.items.length === 0) return <EmptyState>{t('payments.empty')}</EmptyState>
  const columns: Column<Payment>[] = [
    { id: 'date', header: t('payments.date'), cell: ({ requested_at }) => dates.moment(requested_at) },
    { id: 'who', header: t('payments.who'), cell: who },
    { id: 'card', header: t('payments.card'), cell: (payment) => card(payment) ?? '–' },
    { id: 'status', header: t('payments.status'), cell: (payment) => <PaymentStatus payment={payment} /> },
    {
      id: 'credit',
      header: t('payments.credit'),
      isAmount: true,
      cell: ({ amount, currency }) => money(currency).amount(amount),
    },
  ]
  return (
    <Table
      caption={t('part.payments')}
      columns={columns}
      rows={payments.items}
      keyOf={({ top_up_id }) => top_up_id}
      narrow={(payment) => ({
        first: <PaymentStatus payment={payment} />,
        amount: money(payment.currency).amount(payment.amount),
        second: [dates.moment(payment.requested_at), who(payment)].join(' · '),
        aside: card(payment),
      })}
    />
  )
}

function PaymentStatus({ payment }: { payment: Payment }) {
  const words = useWords()
  const { tone, icon, text } = statusOf(payment, words)
  return (
    <StatusLine tone={tone} icon={icon}>
      {text}
    </StatusLine>
  )
}

function statusOf(payment: Payment, words: Words): { tone: Tone; icon: IconName; text: string } {
  const { t, dates } = words
  const { state, why, next_try_at } = payment
  const reason = whyText(why, words.catalogue)
  const declined = reason === null ? t('top_up.failed') : t('payments.declinedWhy', { why: reason })
  switch (state) {
    case 'succeeded':
      return { tone: 'success', icon: 'check', text: t('top_up.succeeded') }
    case 'failed':
      return { tone: 'critical', icon: 'critical', text: declined }
    case 'needs_action':
      return { tone: 'warning', icon: 'person', text: t('top_up.needs_action') }
    case 'unknown':
      return { tone: 'muted', icon: 'clock', text: t('top_up.unknown') }
    case 'canceled':
    case 'skipped':
    case 'no_longer_needed':
      return { tone: 'muted', icon: 'off', text: t(`top_up.${state}`) }
    case 'requested':
      if (why !== null) return { tone: 'warning', icon: 'clock', text: declined }
      return next_try_at === null
        ? { tone: 'muted', icon: 'clock', text: t('top_up.processing') }
        : { tone: 'muted', icon: 'clock', text: t('auto_top_up.waiting', { time: dates.moment(next_try_at) }) }
    case 'prepared':
    case 'charging':
    case 'processing':
      return { tone: 'muted', icon: 'clock', text: t('top_up.processing') }
  }
}
