/** The list of movements in its states: found, not found, new ones waiting. Filters can be chosen but do not filter. */
import { useState } from 'react'
import { Button } from '../src/components/button.tsx'
import type { Movement } from '../src/credit/data.ts'
import { History } from '../src/credit/history.tsx'
import { type MovementFilter, NO_FILTER } from '../src/movements/filter.ts'
import type { MovementsModel } from '../src/movements/found.ts'
import { ShowNew } from '../src/movements/show-new.tsx'
import { useMovementCalls, useMovementFilter } from '../src/movements/use-movement-filter.ts'
import { ready } from './planted.ts'
import { readMovement } from './planted-explanations.ts'
import { foundMovements, HISTORY, MOVEMENTS, MOVEMENTS_MODEL } from './planted-history.ts'

const nothing = () => undefined

const FILTER: MovementFilter = {
  ...NO_FILTER,
  kinds: ['call', 'sms'],
  user: { id: 'u-12', name: 'Jonas Weber' },
  period: 'this-month',
}

const OF_FILTER = MOVEMENTS.filter(({ usage }) => usage?.type === 'call' || usage?.type === 'message')
const NOBODY_SHORT = 'Maximiliane-Alexandra von Hohenstein-Wittgenstein zu Berleburg'
const LONG: readonly Movement[] = MOVEMENTS.map((movement) => ({
  ...movement,
  amount: movement.amount.startsWith('-') ? '-1234567.891234' : '1234567.891234',
  balance_after: '-12345678.901234',
  occurred_at: '2025-12-30T22:30:00.000000Z',
  recorded_at: '2025-12-31T22:30:00.000000Z',
  usage: movement.usage && {
    ...movement.usage,
    user_name: NOBODY_SHORT,
    destination: 'Saint Helena, Ascension and Tristan da Cunha premium and special numbers',
    number: '+2901234567890123',
    ...(movement.usage.type === 'other' ? { sku: `number-lookup-${'0123456789'.repeat(6)}` } : {}),
  },
}))

function Planted({ model }: { model?: Partial<MovementsModel> }) {
  const [filter, setFilter] = useState(model?.filter ?? NO_FILTER)
  return (
    <section className="card history" aria-label="Movements">
      <History
        {...HISTORY}
        readMovement={readMovement}
        movements={{ ...MOVEMENTS_MODEL, ...model, filter, onFilter: setFilter }}
      />
    </section>
  )
}

/** New movements arrive while somebody reads; once shown, they are on top. */
function News() {
  const [waiting, setWaiting] = useState(0)
  const [items, setItems] = useState(MOVEMENTS.slice(5))
  const onShow = async () => {
    setItems(MOVEMENTS.slice(5 - waiting))
    setWaiting(0)
  }
  return (
    <div className="gallery-stack">
      <Planted
        model={{
          found: ready(foundMovements(items)),
          showNew: (onShown) => <ShowNew count={waiting} onShow={() => onShow().then(onShown)} />,
        }}
      />
      <div className="gallery-row">
        <Button onClick={() => setWaiting((before) => Math.min(5, before + 1))}>Use some</Button>
      </div>
    </div>
  )
}

/** Takes the reader there from elsewhere on the page, as the bars of the usage chart do. */
function Led() {
  const { filter, setFilter, showMovements } = useMovementFilter()
  return (
    <div className="gallery-stack">
      <div className="gallery-row">
        <Button onClick={() => showMovements({ ...NO_FILTER, search: 'Brazil', period: '30d' })}>Brazil fixed</Button>
      </div>
      <section className="card history" aria-label="Movements">
        <History
          {...HISTORY}
          readMovement={readMovement}
          initialTab="payments"
          movements={{ ...MOVEMENTS_MODEL, filter, onFilter: setFilter }}
          movementCalls={useMovementCalls()}
        />
      </section>
    </div>
  )
}

export const MOVEMENT_STATES: Readonly<Record<string, () => React.ReactNode>> = {
  'movements-filtered': () => <Planted model={{ filter: FILTER, found: ready(foundMovements(OF_FILTER)) }} />,
  'movements-searched': () => (
    <Planted
      model={{ filter: { ...NO_FILTER, search: 'Brazil' }, found: ready(foundMovements(MOVEMENTS.slice(0, 1))) }}
    />
  ),
  'movements-choosing': () => (
    <Planted model={{ filter: FILTER, found: ready(foundMovements(OF_FILTER)), isInitiallyChoosing: true }} />
  ),
  'movements-own-dates': () => (
    <Planted
      model={{
        filter: { ...NO_FILTER, period: { from: '2026-06-15', to: '2026-07-14' }, direction: 'out' },
        found: ready(foundMovements(OF_FILTER)),
        isInitiallyChoosing: true,
      }}
    />
  ),
  'movements-no-match': () => <Planted model={{ filter: FILTER, found: ready(foundMovements([])) }} />,
  'movements-new': () => (
    <Planted model={{ showNew: (onShown) => <ShowNew count={3} onShow={() => Promise.resolve().then(onShown)} /> }} />
  ),
  'movements-new-of-filter': () => (
    <Planted
      model={{
        filter: FILTER,
        found: ready(foundMovements(OF_FILTER)),
        showNew: () => <ShowNew count={null} onShow={() => Promise.reject(new Error('as it may be'))} />,
      }}
    />
  ),
  'movements-news': News,
  'movements-led-to': Led,
  'movements-none-yet': () => (
    <Planted
      model={{
        found: ready(foundMovements([])),
        showNew: (onShown) => <ShowNew count={1} onShow={() => Promise.resolve().then(onShown)} />,
      }}
    />
  ),
  'movements-not-indexed': () => (
    <Planted model={{ filter: FILTER, found: ready({ retryAfterSeconds: 30, onRetry: nothing }) }} />
  ),
  'movements-failed': () => <Planted model={{ filter: FILTER, found: { status: 'error', onRetry: nothing } }} />,
  'movements-of-before': () => (
    <Planted model={{ filter: FILTER, found: ready({ ...foundMovements(MOVEMENTS), isOld: true }) }} />
  ),
  'movements-long': () => (
    <Planted
      model={{
        filter: {
          ...FILTER,
          period: { from: '2025-12-01', to: '2025-12-31' },
          user: { id: 'u-12', name: NOBODY_SHORT },
          search: 'Saint Helena, Ascension and Tristan da Cunha',
        },
        found: ready({ ...foundMovements(LONG), isMore: true, count: 1_000, onShowMore: nothing, isMoreMissing: true }),
        users: ready({ users: [{ id: 'u-12', name: NOBODY_SHORT }], isAll: true }),
        isInitiallyChoosing: true,
      }}
    />
  ),
}
