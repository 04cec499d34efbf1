/** The list of movements, newest first, all or filtered; each row opens its details. */
import { useEffect, useRef, useState } from 'react'
import { Button } from '../components/button.tsx'
import { loadedWhenOpened } from '../components/opened.tsx'
import { EmptyState, ErrorPart, LoadingBlocks } from '../components/states.tsx'
import { type Column, Table } from '../components/table.tsx'
import { signOf } from '../format/decimal.ts'
import { isFiltered, NO_FILTER } from '../movements/filter.ts'
import { type FoundMovements, MOVEMENTS_PER_PAGE, type MovementsModel, type NotIndexed } from '../movements/found.ts'
import { Toolbar } from '../movements/toolbar.tsx'
import { useWords, type Words } from '../texts/words.tsx'
import type { Loaded, Movement, ReadMovement } from './data.ts'
import { destinationPhrase, movementName, unitsPhrase } from './movement-words.ts'

const ROWS = ['button', 'row', 'row', 'row', 'row', 'row', 'row'] as const

const MovementDrawer = loadedWhenOpened(() => import('../movement-drawer/movement-drawer.tsx'), ['movement'])

export interface MovementsProps extends MovementsModel {
  readonly readMovement: ReadMovement
  readonly isSandbox: boolean
}

export function Movements({ readMovement, isSandbox, ...model }: MovementsProps) {
  const [opened, setOpened] = useState<Movement | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  const open = (movement: Movement) => {
    setOpened(movement)
    setIsOpen(true)
  }
  return (
    <>
      <FoundOrNot model={model} onOpen={open} />
      <MovementDrawer
        movement={opened}
        read={readMovement}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        isSandbox={isSandbox}
      />
    </>
  )
}

type Found = Loaded<FoundMovements | NotIndexed>
type OnOpen = (movement: Movement) => void

function FoundOrNot({ model, onOpen }: { model: MovementsModel; onOpen: OnOpen }) {
  const words = useWords()
  const { t } = words
  const { found, filter, onFilter, showNew } = model
  const place = useRef<HTMLDivElement>(null)
  const items = found.status === 'ready' && 'items' in found.data ? found.data.items : NONE
  const isOld = found.status === 'ready' && found.data.isOld === true
  const rows = useRowsToCome(place, items)
  // After the filters are cleared, the old result stays until the full list is loaded.
  const isLookedFor = isFiltered(filter) || isOld
  const clear = (
    <Button
      onClick={() => {
        // The pressed button disappears together with the filters.
        place.current?.querySelector('input')?.focus()
        onFilter(NO_FILTER)
      }}
    >
      {t('filters.clear')}
    </Button>
  )
  return (
    <div ref={place}>
      <Announced answer={answerOf(found, filter)}>{foundText(found, isLookedFor, words)}</Announced>
      {isLookedFor || items.length > 0 ? (
        <Toolbar {...model} hasFound={items.length > 0}>
          {found.status === 'ready' ? <p className="muted">{foundText(found, isLookedFor, words)}</p> : null}
          {isOld ? <p className="muted found-late">{t('page.loading')}</p> : null}
          {showNew?.(rows.focusNewest)}
        </Toolbar>
      ) : null}
      {found.status === 'loading' ? <LoadingBlocks sizes={ROWS} /> : null}
      {found.status === 'error' ? <ErrorPart part={t('part.movements')} onRetry={found.onRetry} /> : null}
      {found.status !== 'ready' ? null : 'retryAfterSeconds' in found.data ? (
        <div className="found-none">
          <Button onClick={found.data.onRetry}>{t('action.tryAgain')}</Button>
          {clear}
        </div>
      ) : items.length > 0 ? (
        <Rows found={found.data} onOpen={onOpen} onMore={rows.focusNext} />
      ) : isLookedFor ? (
        <div className="found-none">{clear}</div>
      ) : (
        <EmptyState action={showNew?.(rows.focusNewest)}>{foundText(found, isLookedFor, words)}</EmptyState>
      )}
    </div>
  )
}

const NONE: readonly Movement[] = []

/** The result in a sentence; null while it is unknown. */
function foundText(found: Found, isLookedFor: boolean, { t }: Words): string | null {
  if (found.status === 'loading') return null
  if (found.status === 'error') return t('part.notLoaded', { part: t('part.movements') })
  if ('retryAfterSeconds' in found.data) return t('found.notIndexed', { count: found.data.retryAfterSeconds })
  const { count, isMore } = found.data
  if (count === 0) return t(isLookedFor ? 'found.none' : 'movements.empty')
  return t(isMore ? 'found.more' : 'found.count', { count })
}

/** A key of the result, which changes with what is shown; null while loading. */
function answerOf(found: Found, filter: MovementsModel['filter']): string | null {
  if (found.status !== 'ready') return found.status === 'loading' ? null : 'error'
  if (found.data.isOld) return null
  if ('retryAfterSeconds' in found.data) return 'not indexed'
  const { items, count } = found.data
  return JSON.stringify([filter, items[0]?.sequence, count])
}

/** Announces each new result politely, except the first. */
function Announced({ answer, children }: { answer: string | null; children: string | null }) {
  const [first, setFirst] = useState<string | null>(null)
  const [isFirst, setIsFirst] = useState(true)
  if (first === null && answer !== null) setFirst(answer)
  if (isFirst && first !== null && answer !== first) setIsFirst(false)
  return (
    <p className="visually-hidden" aria-live="polite">
      {isFirst || answer === null ? null : <span key={answer}>{children}</span>}
    </p>
  )
}

/** Moves the focus to the first of the rows that were just added, because the pressed button is gone or below them. */
function useRowsToCome(place: { readonly current: HTMLElement | null }, items: readonly Movement[]) {
  const [awaited, setAwaited] = useState<{ readonly at: (items: readonly Movement[]) => number | null } | null>(null)
  useEffect(() => {
    const at = awaited?.at(items) ?? null
    if (at === null) return
    setAwaited(null)
    // Each row is in the document twice, for wide and for narrow screens.
    const shown = [...(place.current?.querySelectorAll<HTMLElement>('.row-button') ?? [])].filter(
      (row) => row.getClientRects().length > 0,
    )
    shown[at]?.focus({ preventScroll: true })
  }, [place, items, awaited])
  const newest = items[0]?.sequence
  const { length } = items
  return {
    focusNewest: () => setAwaited({ at: ([first]) => (first !== undefined && first.sequence !== newest ? 0 : null) }),
    focusNext: () => setAwaited({ at: (now) => (now.length > length ? length : null) }),
  }
}

function Rows({ found, onOpen, onMore }: { found: FoundMovements; onOpen: OnOpen; onMore: () => void }) {
  const words = useWords()
  const { t } = words
  const { items, isOld = false, isShowingMore = false, isMoreMissing = false, onShowMore } = found
  return (
    <div className="found" aria-busy={isOld}>
      <Table
        caption={t('part.movements')}
        columns={columnsOf(words, onOpen)}
        rows={items}
        keyOf={({ sequence }) => sequence}
        narrow={(movement) => ({
          first: <DetailsButton movement={movement} onOpen={onOpen} />,
          amount: <Moved movement={movement} />,
          second: <NarrowLine movement={movement} />,
          aside: words.money(movement.currency).exact(movement.balance_after),
        })}
      />
      {onShowMore ? (
        <div className="card-actions">
          <Button
            isSubmitting={isShowingMore}
            onClick={() => {
              onMore()
              onShowMore()
            }}
          >
            {t('action.showMore', { count: MOVEMENTS_PER_PAGE })}
          </Button>
          {isMoreMissing ? (
            <p className="found-fault" role="alert">
              {t('part.notLoaded', { part: t('part.movements') })}
            </p>
          ) : null}
        </div>
      ) : null}
    </div>
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
      cell: ({ usage }) => <span className="cell-words">{usage?.user_name ?? usage?.user_id ?? '–'}</span>,
    },
    { id: 'destination', header: t('movements.destination'), cell: (movement) => <Destination movement={movement} /> },
    {
      id: 'units',
      header: t('movements.units'),
      cell: (movement) => (
        <span className={movement.usage?.type === 'other' ? 'cell-words' : 'cell-nowrap'}>
          {unitsPhrase(movement, words) ?? '–'}
        </span>
      ),
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
  const { t, dates } = useWords()
  const { occurred_at, recorded_at } = movement
  return (
    <>
      {dates.moment(occurred_at)}
      {dates.isSameDay(occurred_at, recorded_at)
        ? null
        : ` · ${t('movements.recorded', { time: dates.moment(recorded_at) })}`}
      {destinationPhrase(movement) === null ? null : (
        <>
          {' · '}
          <Destination movement={movement} />
        </>
      )}
    </>
  )
}

/** Keeps the number on one line. */
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
