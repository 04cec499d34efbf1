/** Movements and payments, in tabs. */
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Tabs } from '../components/tabs.tsx'
import type { MovementsModel } from '../movements/found.ts'
import { MoreWords, useWords } from '../texts/words.tsx'
import type { Listed, Loaded, Payment, PaymentMethod, ReadMovement } from './data.ts'
import { Movements } from './movements.tsx'
import { Part } from './part.tsx'
import { Payments } from './payments.tsx'

type TabId = 'movements' | 'payments'

/** Data of the history, which is below everything else and loaded after it. */
export interface HistoryModel {
  readonly movements: MovementsModel
  readonly payments: Loaded<Listed<Payment>>
  readonly methods: Loaded<readonly PaymentMethod[]>
  /** Explains a movement; rejects if that fails. */
  readonly readMovement: ReadMovement
  readonly isSandbox: boolean
}

export interface HistoryProps extends HistoryModel {
  readonly initialTab?: TabId
  /** Each increase takes the reader to the movements. */
  readonly movementCalls?: number
  /** To the right of the tabs. */
  readonly aside?: ReactNode
}

const ROWS = ['row', 'row', 'row', 'row', 'row', 'row'] as const

export function History(props: HistoryProps) {
  const { movements, payments, methods, readMovement, isSandbox } = props
  const { initialTab = 'movements', movementCalls = 0, aside } = props
  const { t } = useWords()
  const [tab, setTab] = useState<TabId>(initialTab)
  const place = useRef<HTMLDivElement>(null)
  const answeredCalls = useRef(0)
  useEffect(() => {
    if (movementCalls === answeredCalls.current) return
    if (tab !== 'movements') {
      setTab('movements')
      return
    }
    answeredCalls.current = movementCalls
    place.current?.focus({ preventScroll: true })
    place.current?.scrollIntoView({ block: 'start' })
  }, [movementCalls, tab])
  const known = methods.status === 'ready' ? methods.data : []
  return (
    <MoreWords area="history">
      <Tabs
        label={`${t('part.movements')}, ${t('part.payments')}`}
        selected={tab}
        onSelect={(id) => setTab(id as TabId)}
        aside={aside}
        tabs={[
          {
            id: 'movements',
            label: t('part.movements'),
            panel: (
              <div ref={place} tabIndex={-1}>
                <MoreWords area="movements">
                  <Movements {...movements} readMovement={readMovement} isSandbox={isSandbox} />
                </MoreWords>
              </div>
            ),
          },
          {
            id: 'payments',
            label: t('part.payments'),
            panel: (
              <Part name={t('part.payments')} loaded={payments} blocks={ROWS}>
                {(listed) => <Payments payments={listed} methods={known} />}
              </Part>
            ),
          },
        ]}
      />
    </MoreWords>
  )
}
