/** Details of a money movement: why it was charged, who consented, the card, and the payment of a refund or dispute. */
import type { ReactNode } from 'react'
import type { ExplainedMovement } from '../credit/data.ts'
import { personName } from '../credit/person-name.ts'
import { cardName, shownBalance } from '../credit/wording.ts'
import { signOf } from '../format/decimal.ts'
import { useWords, type Words } from '../texts/words.tsx'
import { Figures, LinkTo, MovementPart } from './parts.tsx'

type Payment = NonNullable<ExplainedMovement['explanation']['payment']>

export interface PaymentPartsProps {
  readonly movement: ExplainedMovement
  readonly payment: Payment
  readonly onGo: (sequence: number) => void
}

export function PaymentParts({ movement, payment, onGo }: PaymentPartsProps) {
  const words = useWords()
  const { t, dates } = words
  const money = words.money(movement.currency)
  const isPaid = movement.kind === 'top_up'
  const card = cardName(payment.card, words)
  const rows: { label: string; value: ReactNode }[] = []
  if (card !== null) rows.push({ label: t('paid.card'), value: card })
  rows.push({ label: t('paid.started'), value: dates.moment(payment.requested_at) })
  if (payment.credited_at !== null) {
    rows.push({ label: t('paid.credited'), value: dates.moment(payment.credited_at) })
  }
  for (const [label, amount] of [
    [t('paid.refunded'), payment.refunded],
    [t('paid.disputed'), payment.disputed],
  ] as const) {
    if (signOf(amount) !== 0) rows.push({ label, value: money.exact(amount) })
  }
  return (
    <>
      {isPaid ? (
        <MovementPart title={t('movement.why')}>
          {reasonsOf(payment, movement.currency, words).map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </MovementPart>
      ) : null}
      <MovementPart title={t('movement.payment')}>
        <Figures rows={rows} />
        {isPaid ? null : (
          <p>
            <LinkTo sequence={movement.reverses_sequence} onGo={onGo}>
              {t('payment.show')}
            </LinkTo>
          </p>
        )}
      </MovementPart>
    </>
  )
}

/** Why it was paid, by whom, and how to find it on a statement. */
function reasonsOf(payment: Payment, currency: string, words: Words): string[] {
  const { t } = words
  const { asked, statement_descriptor: descriptor } = payment
  return [
    payment.trigger === 'automatic' ? askedSentence(asked, currency, words) : paidSentence(payment, words),
    allowedSentence(asked?.consent ?? null, words),
    descriptor === null ? null : t('paid.statement', { descriptor }),
  ].filter((sentence) => sentence !== null)
}

function askedSentence(asked: Payment['asked'], currency: string, words: Words): string {
  const { t, dates } = words
  if (asked === null) return t('paid.automaticUnknown')
  const money = words.money(currency)
  const name = personName(asked.set_by, asked.set_by_name)
  const values = {
    balance: shownBalance(asked.balance, words, money),
    threshold: money.amount(asked.threshold),
    date: dates.day(asked.set_at),
  }
  return name === null ? t('paid.automatic', values) : t('paid.automaticBy', { ...values, name })
}

function paidSentence({ actor, actor_name, card }: Payment, words: Words): string {
  const { t } = words
  const [name, paidWith] = [personName(actor, actor_name), cardName(card, words)]
  if (name === null) return paidWith === null ? t('paid.byHand') : t('paid.byHandWith', { card: paidWith })
  return paidWith === null ? t('paid.by', { name }) : t('paid.byWith', { name, card: paidWith })
}

function allowedSentence(consent: NonNullable<Payment['asked']>['consent'], { t, dates }: Words): string | null {
  if (consent === null) return null
  const { person, person_name, attested_by, recorded_at } = consent
  const values = { name: person_name ?? person, date: dates.day(recorded_at) }
  return attested_by === null ? t('paid.allowed', values) : t('paid.allowedElsewhere', values)
}
