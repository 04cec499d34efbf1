/** The content of the drawer, by the kind of movement. */
import { Icon } from '../components/icon.tsx'
import type { ExplainedMovement } from '../credit/data.ts'
import { personName } from '../credit/person-name.ts'
import { signOf } from '../format/decimal.ts'
import { useWords } from '../texts/words.tsx'
import { CopiedText } from './copied-text.tsx'
import { sumOf } from './how.ts'
import { Figures, LinkTo, MovementPart } from './parts.tsx'
import { PaymentParts } from './payment-parts.tsx'
import { whatSentence } from './what.ts'
import { whySentence } from './why.ts'

export interface DetailsProps {
  readonly movement: ExplainedMovement
  /** Shows another movement in the drawer. */
  readonly onGo: (sequence: number) => void
}

export function MovementDetails({ movement, onGo }: DetailsProps) {
  const words = useWords()
  const { t, dates } = words
  const money = words.money(movement.currency)
  const { amount, occurred_at, recorded_at, usage, explanation } = movement
  const recorded = t('movement.recorded', { time: dates.moment(recorded_at) })
  return (
    <>
      <div className="movement-head">
        <p className={`movement-amount amount ${signOf(amount) > 0 ? 'money-in' : ''}`}>{money.movement(amount)}</p>
        <p className="muted">
          {dates.moment(occurred_at)}
          {dates.isSameDay(occurred_at, recorded_at) ? null : ` · ${recorded}`}
        </p>
      </div>
      <p className="movement-what">{whatSentence(movement, words)}</p>
      {explanation.corrected_by === null ? null : (
        <p className="movement-reversed">
          <Icon name="info" />
          <span>
            {t('reversed.on', { date: dates.day(explanation.corrected_by.occurred_at) })}{' '}
            <LinkTo sequence={explanation.corrected_by.sequence} onGo={onGo}>
              {t('reversed.show')}
            </LinkTo>
          </span>
        </p>
      )}
      {usage === null ? null : <UsageParts movement={movement} onGo={onGo} />}
      {explanation.payment === null ? null : (
        <PaymentParts movement={movement} payment={explanation.payment} onGo={onGo} />
      )}
      <Adjusted movement={movement} />
      <MovementPart title={t('movement.balance')}>
        <Figures
          rows={[
            { label: t('movement.before'), value: money.exact(movement.balance_before) },
            { label: t('movement.after'), value: money.exact(movement.balance_after) },
          ]}
        />
      </MovementPart>
      {usage === null ? null : (
        <MovementPart title={t('movement.interaction')}>
          <CopiedText text={usage.interaction_id} about={t('movement.interaction')} />
        </MovementPart>
      )}
    </>
  )
}

function UsageParts({ movement, onGo }: DetailsProps) {
  const words = useWords()
  const { t } = words
  const { charge, corrects } = movement.explanation
  if (charge === null) return <p className="muted">{t('movement.notKept')}</p>
  const sum = sumOf(movement, charge, words)
  return (
    <>
      <MovementPart title={t('movement.why')}>
        <p>
          {whySentence(movement, charge, words)}{' '}
          <LinkTo sequence={corrects?.sequence ?? null} onGo={onGo}>
            {t('reversal.show')}
          </LinkTo>
        </p>
      </MovementPart>
      {sum === null ? null : (
        <MovementPart title={t('movement.how')}>
          <Figures rows={sum.rows} total={{ label: sum.formula, value: sum.amount }} />
          {sum.rounding === null ? null : <p className="movement-note muted">{sum.rounding}</p>}
        </MovementPart>
      )}
    </>
  )
}

/** The reason and the author of an adjustment. */
function Adjusted({ movement: { actor, reason } }: { movement: ExplainedMovement }) {
  const { t } = useWords()
  const name = personName(actor, null)
  if (reason === null && name === null) return null
  return (
    <MovementPart title={t('movement.why')}>
      {reason === null ? null : <p>{reason}</p>}
      {name === null ? null : <Figures rows={[{ label: t('adjusted.by'), value: name }]} />}
    </MovementPart>
  )
}
