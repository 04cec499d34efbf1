/** What moved credit, newest first as it was recorded; each row opens its details. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Dialog } from '../components/lazy-dialog.tsx'
import { EmptyState } from '../components/states.tsx'
import { type Column, Table } from '../components/table.tsx'
import { signOf } from '../format/decimal.ts'
import { useWords, type Words } from '../texts/words.tsx'
import type { Listed, Movement } from './data.ts'
import { destinationPhrase, movementName, unitsPhrase } from './movement-words.ts'

const PAGE = 50

export interface MovementsProps {
  readonly movements: Listed<Movement>
  readonly isSandbox: boolean
}

export function Movements({ movements, isSandbox }: MovementsProps) {
  const words = useWords()
  const { t } = words
  const [opened, setOpened] = useState<Movement | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  const open = (movement: Movement) => {
    setOpened(movement)
    setIsOpen(true)
  }
  const { items, onShowMore } = movements
  if (items.length === 0) return <EmptyState>{t('movements.empty')}</EmptyState>
  return (
    <>
      <Table
        caption={t('part.movements')}
        columns={columnsOf(words, open)}
        rows={items}
        keyOf={({ sequence }) => sequence}
        narrow={(movement) => ({
          first: <DetailsButton movement={movement} onOpen={open} />,
          amount: <Moved movement={movement} />,
          second: <NarrowLine movement={movement} />,
          aside: words.money(movement.currency).exact(movement.balance_after),
        })}
      />
      {onShowMore ? (
        <div className="card-actions">
          <Button onClick={onShowMore}>{t('action.showMore', { count: PAGE })}</Button>
        </div>
      ) : null}
      <Dialog
        kind="drawer"
        title={opened === null ? '' : t('drawer.usage', { kind: movementName(opened, words) })}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        isSandbox={isSandbox}
      >
        {opened === null ? null : <Details movement={opened} />}
      </Dialog>
    </>
  )
}

function columnsOf(words: Words, onOpen: (movement: Movement) => void): Column<Movement>[] {
  const { t, dates, money } = words
  return [
    {
      id: 'date',
      header: t('movements.date'),
      cell: ({ occurred_at, recorded_at }) => (
        <span className="cell-nowrap">
          {dates.moment(occurred_at)}
          {dates.isSameDay(occurred_at, recorded_at) ? null : (
            <span className="cell-second">{t('movements.recorded', { time: dates.moment(recorded_at) })}</span>
          )}
        </span>
      ),
    },
    {
      id: 'description',
      header: t('movements.description'),
      cell: (movement) => <DetailsButton movement={movement} onOpen={onOpen} />,
    },
    {
      id: 'user',
      header: t('movements.user'),
      cell: ({ usage }) => <span className="cell-nowrap">{usage?.user_name ?? usage?.user_id ?? '–'}</span>,
    },
    { id: 'destination', header: t('movements.destination'), cell: (movement) => <Destination movement={movement} /> },
    {
      id: 'units',
      header: t('movements.units'),
      cell: (movement) => <span className="cell-nowrap">{unitsPhrase(movement, words) ?? '–'}</span>,
    },
    {
      id: 'amount',
      header: t('movements.amount'),
      isAmount: true,
      cell: (movement) => <Moved movement={movement} />,
    },
    {
      id: 'after',
      header: t('movements.balanceAfter'),
      isAmount: true,
      cell: ({ balance_after, currency }) => money(currency).exact(balance_after),
    },
  ]
}

function NarrowLine({ movement }: { movement: Movement }) {
  const { dates } = useWords()
  return (
    <>
      {dates.moment(movement.occurred_at)}
      {destinationPhrase(movement) === null ? null : (
        <>
          {' · '}
          <Destination movement={movement} />
        </>
      )}
    </>
  )
}

/** The number stays in one piece. */
function Destination({ movement: { usage } }: { movement: Movement }) {
  const { destination = null, number = null } = usage ?? {}
  if (number === null) return destination ?? '–'
  const whole = <span className="cell-nowrap">{destination === null ? number : `(${number})`}</span>
  return destination === null ? (
    whole
  ) : (
    <>
      {destination} {whole}
    </>
  )
}

function DetailsButton({ movement, onOpen }: { movement: Movement; onOpen: (movement: Movement) => void }) {
  const words = useWords()
  return (
    <button type="button" className="row-button" aria-haspopup="dialog" onClick={() => onOpen(movement)}>
      {movementName(movement, words)}
    </button>
  )
}

function Moved({ movement: { amount, currency } }: { movement: Movement }) {
  const { money } = useWords()
  return <span className={signOf(amount) > 0 ? 'money-in' : ''}>{money(currency).movement(amount)}</span>
}

function Details({ movement }: { movement: Movement }) {
  const words = useWords()
  const { t, dates } = words
  const money = words.money(movement.currency)
  const { usage, actor, reason } = movement
  const rows: [label: string, value: string | null][] = [
    [t('drawer.when'), dates.moment(movement.occurred_at)],
    [t('drawer.recorded'), dates.moment(movement.recorded_at)],
    [t('movements.user'), usage?.user_name ?? usage?.user_id ?? null],
    [t('movements.destination'), destinationPhrase(movement)],
    [t('drawer.billed'), unitsPhrase(movement, words)],
    [t('drawer.by'), actor],
    [t('drawer.reason'), reason],
    [t('drawer.amount'), money.movement(movement.amount)],
    [t('drawer.before'), money.exact(movement.balance_before)],
    [t('drawer.after'), money.exact(movement.balance_after)],
    [t('drawer.interaction'), usage?.interaction_id ?? null],
  ]
  return (
    <dl className="details">
      {rows.map(([label, value]) =>
        value === null ? null : (
          <div key={label}>
            <dt className="muted">{label}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  )
}
