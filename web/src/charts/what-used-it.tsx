/** What used credit: a list of bars that is also its own table. A row leads to its movements. */
import type { ReactNode } from 'react'
import { Card } from '../components/card.tsx'
import { Segmented } from '../components/segmented.tsx'
import { EmptyState } from '../components/states.tsx'
import { isOld, type Loaded } from '../credit/data.ts'
import { Part } from '../credit/part.tsx'
import { useWords } from '../texts/words.tsx'
import { percentText, perMille } from './shares.ts'
import { nameOf, nothingUsed, type Shown, type UsageBy, type UsageSummary, usageSentence, usedText } from './words.ts'

/** Bars shown; all others are summed up in one more. */
export const SHOWN_BARS = 8

export interface WhatUsedItProps {
  readonly usage: Loaded<UsageSummary>
  readonly by: UsageBy
  readonly onBy: (by: UsageBy) => void
  /** Absent: rows are not buttons. */
  readonly onShowMovements?: ((of: Shown) => void) | undefined
}

const WAYS = ['kind', 'user', 'destination'] as const

export function WhatUsedIt({ usage, by, onBy, onShowMovements }: WhatUsedItProps) {
  const { t } = useWords()
  return (
    <Card
      title={t('charts.usage')}
      className="usage-card"
      aside={
        <Segmented
          label={t('charts.by')}
          options={WAYS.map((value) => ({ value, label: t(`charts.by.${value}`) }))}
          value={by}
          onChange={onBy}
        />
      }
    >
      <div className="chart-body" aria-busy={isOld(usage)}>
        <Part
          name={t('charts.usage')}
          loaded={usage}
          blocks={['line', ...Array.from({ length: SHOWN_BARS }, () => 'bar' as const)]}
        >
          {(data) => <Bars usage={data} onShowMovements={onShowMovements} />}
        </Part>
      </div>
    </Card>
  )
}

function Bars({ usage, onShowMovements }: { usage: UsageSummary } & Pick<WhatUsedItProps, 'onShowMovements'>) {
  const words = useWords()
  const { items, other, total, by, currency } = usage
  if (total.movements === 0) return <EmptyState>{nothingUsed(usage, words)}</EmptyState>
  const longest = [items[0]?.used ?? '0', other.used].reduce((a, b) => (perMille(b, a) > 1_000 ? b : a))
  const bar = (used: string, name: string) => (
    <Bar
      perMille={perMille(used, longest)}
      name={name}
      amount={usedText(used, currency, words)}
      percent={percentText(used, total.used, words.locale)}
    />
  )
  return (
    <>
      <p className="chart-summary">{usageSentence(usage, words)}</p>
      <ul className="bars">
        {items.map((item) => {
          const { id } = item
          const name = nameOf(item, by, words)
          const row = bar(item.used, name)
          return (
            <li key={id}>
              {id === null || by === 'day' || onShowMovements === undefined ? (
                <div className="bar-row">{row}</div>
              ) : (
                <BarButton onClick={() => onShowMovements({ by, id, name })}>{row}</BarButton>
              )}
            </li>
          )
        })}
        {other.count === 0 ? null : (
          <li>
            <div className="bar-row">{bar(other.used, words.t('charts.others', { count: other.count }))}</div>
          </li>
        )}
      </ul>
    </>
  )
}

function BarButton({ onClick, children }: { onClick: () => void; children: ReactNode }) {
  const { t } = useWords()
  return (
    <button type="button" className="bar-row" onClick={onClick}>
      {children}
      <span className="visually-hidden">, {t('charts.showMovements')}</span>
    </button>
  )
}

interface BarProps {
  readonly perMille: number
  readonly name: string
  readonly amount: string
  readonly percent: string
}

function Bar({ perMille: length, name, amount, percent }: BarProps) {
  return (
    <>
      <svg className="bar" width="100%" height="100%" aria-hidden="true" focusable="false">
        <rect width={`${length / 10}%`} height="100%" rx="4" />
      </svg>
      <span className="bar-name" title={name}>
        {name}
      </span>{' '}
      <span className="bar-amount">{amount}</span> <span className="bar-percent">{percent}</span>
    </>
  )
}
