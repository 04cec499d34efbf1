/** Movements and payments behind tabs. */
import type { ReactNode } from 'react'
import { Tabs } from '../components/tabs.tsx'
import { MoreWords, useWords } from '../texts/words.tsx'
import type { HistoryModel } from './data.ts'
import { Movements } from './movements.tsx'
import { Part } from './part.tsx'
import { Payments } from './payments.tsx'

export interface HistoryProps extends HistoryModel {
  readonly initialTab?: 'movements' | 'payments'
  /** At the right of the tabs. */
  readonly aside?: ReactNode
}

const ROWS = ['row', 'row', 'row', 'row', 'row', 'row'] as const

export function History({ movements, payments, methods, isSandbox, initialTab, aside }: HistoryProps) {
  const { t } = useWords()
  const known = methods.status === 'ready' ? methods.data : []
  return (
    <MoreWords area="history">
      <Tabs
        label={`${t('part.movements')}, ${t('part.payments')}`}
        initial={initialTab ?? 'movements'}
        aside={aside}
        tabs={[
          {
            id: 'movements',
            label: t('part.movements'),
            panel: (
              <Part name={t('part.movements')} loaded={movements} blocks={ROWS}>
                {(listed) => <Movements movements={listed} isSandbox={isSandbox} />}
              </Part>
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
