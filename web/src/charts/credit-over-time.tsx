/** Credit over time: a stepped line, zero, the threshold and top-ups; all figures in a table as well. */
import { useState } from 'react'
import { Button } from '../components/button.tsx'
import { Card } from '../components/card.tsx'
import { Dialog } from '../components/lazy-dialog.tsx'
import { EmptyState } from '../components/states.tsx'
import { isOld, type Loaded } from '../credit/data.ts'
import { Part } from '../credit/part.tsx'
import { useWords } from '../texts/words.tsx'
import { CreditDrawing, MarkShape } from './credit-drawing.tsx'
import { FiguresTable } from './figures-table.tsx'
import { type BalanceHistory, type CreditChart, creditChart } from './geometry.ts'
import type { Range } from './range.ts'
import { RangeChoice } from './range-choice.tsx'
import { creditSentence, readingText } from './words.ts'

export interface CreditOverTimeProps {
  readonly history: Loaded<BalanceHistory>
  /** The threshold of automatic top-up; null if it is off. */
  readonly threshold: string | null
  readonly range: Range
  readonly onRange: (range: Range) => void
  readonly isSandbox: boolean
}

export function CreditOverTime({ history, threshold, range, onRange, isSandbox }: CreditOverTimeProps) {
  const { t } = useWords()
  return (
    <Card title={t('charts.credit')} className="chart-card" aside={<RangeChoice range={range} onRange={onRange} />}>
      <div className="chart-body" aria-busy={isOld(history)}>
        <Part name={t('charts.credit')} loaded={history} blocks={['line', 'chart']}>
          {(data) =>
            data.through_sequence === 0 ? (
              <EmptyState>{t('charts.empty')}</EmptyState>
            ) : (
              <Drawn history={data} threshold={threshold} isSandbox={isSandbox} />
            )
          }
        </Part>
      </div>
    </Card>
  )
}

interface DrawnProps extends Pick<CreditOverTimeProps, 'threshold' | 'isSandbox'> {
  readonly history: BalanceHistory
}

function Drawn({ history, threshold, isSandbox }: DrawnProps) {
  const words = useWords()
  const { t } = words
  const [read, setRead] = useState<number | null>(null)
  const [isOpen, setIsOpen] = useState(false)
  const chart = creditChart(history, threshold)
  const reading = read === null ? undefined : chart.readings[read]
  const sentence = creditSentence(history, words)
  return (
    <>
      <p className="chart-summary">{sentence}</p>
      <CreditDrawing
        chart={chart}
        name={sentence}
        currency={history.currency}
        threshold={threshold}
        read={reading === undefined ? null : read}
        onRead={setRead}
      />
      <div className="chart-foot">
        <div className="chart-legend">
          {reading === undefined ? (
            <Legend marks={chart.marks} />
          ) : (
            <span className="chart-reading">{readingText(reading, history.currency, words)}</span>
          )}
        </div>
        <Button kind="text" onClick={() => setIsOpen(true)}>
          {t('charts.showFigures')}
        </Button>
      </div>
      <Dialog
        kind="drawer"
        title={t('charts.credit')}
        isOpen={isOpen}
        onClose={() => setIsOpen(false)}
        isSandbox={isSandbox}
      >
        <FiguresTable history={history} />
      </Dialog>
    </>
  )
}

/** What the shapes mean, for those that are in the chart. */
function Legend({ marks }: Pick<CreditChart, 'marks'>) {
  const { t } = useWords()
  return (['automatic', 'manual'] as const)
    .filter((kind) => marks.some((mark) => mark.kind === kind))
    .map((kind) => (
      <span key={kind} className="chart-legend-item">
        <svg className="chart-mark" viewBox="-6 -6 12 12" width="12" height="12" aria-hidden="true" focusable="false">
          <MarkShape kind={kind} />
        </svg>
        {t(`charts.${kind}`)}
      </span>
    ))
}
