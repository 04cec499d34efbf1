/**
 * The drawing of the chart. Only the path is stretched to the available width; everything else is placed in per cent,
 * so nothing has to be measured. An invisible slider lies over it: pointer, finger or arrow keys move from point to
 * point.
 */
import { useWords } from '../texts/words.tsx'
import { type CreditChart, type Mark, PATH_HEIGHT, PATH_WIDTH, readingAt } from './geometry.ts'
import { dayText, readingText, tickTexts } from './words.ts'

const HEIGHT = 200
/** Insets of the path: half a line of text above, the marks of top-ups below. */
const TOP = 8
const MARKS_Y = 193
/** Distance of a label from its line. */
const ABOVE = -6
const BELOW = 15

export interface CreditDrawingProps {
  readonly chart: CreditChart
  readonly name: string
  readonly currency: string
  readonly threshold: string | null
  /** Index of the reading that is shown. */
  readonly read: number | null
  readonly onRead: (read: number | null) => void
}

/** Long, because it draws every layer of the chart in order. */
export function CreditDrawing({ chart, name, currency, threshold, read, onRead }: CreditDrawingProps) {
  const words = useWords()
  const { t, locale, money } = words
  const { ticks, zeroY, path, marks, dates, readings } = chart
  const reading = read === null ? null : readings[read]!
  const last = readings.length - 1
  return (
    <div className="chart">
      <div className="chart-ticks" aria-hidden="true">
        {tickTexts(ticks, currency, locale).map((text) => (
          <span key={text}>{text}</span>
        ))}
      </div>
      <div className="chart-plot">
        <svg className="chart-drawing" width="100%" height={HEIGHT} role="img" aria-label={name}>
          {ticks.map((tick, at) => (
            <Across key={tick} y={(at * PATH_HEIGHT) / (ticks.length - 1)} className="chart-gridline" />
          ))}
          <Across y={zeroY} className="chart-zero" />
          {chart.threshold === null ? null : <Across y={chart.threshold.y} className="chart-threshold" />}
          <svg
            y={TOP}
            width="100%"
            height={PATH_HEIGHT}
            viewBox={`0 0 ${PATH_WIDTH} ${PATH_HEIGHT}`}
            preserveAspectRatio="none"
            className="chart-stretched"
            aria-hidden="true"
          >
            <path className="chart-line" d={path} vectorEffect="non-scaling-stroke" />
          </svg>
          {chart.threshold === null || threshold === null ? null : (
            <text
              className="chart-label"
              x={chart.threshold.side === 'start' ? '0' : '100%'}
              y={TOP + chart.threshold.y + (chart.threshold.isLabelBelow ? BELOW : ABOVE)}
              textAnchor={chart.threshold.side}
            >
              {t('charts.threshold', { amount: money(currency).amount(threshold) })}
            </text>
          )}
          {marks.map(({ xPercent, kind }) => (
            <svg key={xPercent} className="chart-mark" x={`${xPercent}%`} y={MARKS_Y} aria-hidden="true">
              <MarkShape kind={kind} />
            </svg>
          ))}
          {reading === null ? null : (
            <svg className="chart-point" x={`${reading.xPercent}%`} y={TOP} aria-hidden="true">
              <line y1="0" y2={PATH_HEIGHT} />
              <circle cy={reading.y} r="4" />
            </svg>
          )}
        </svg>
        <input
          type="range"
          className="chart-reader"
          aria-label={t('charts.read')}
          aria-valuetext={readingText(reading ?? readings[last]!, currency, words)}
          min={0}
          max={last}
          value={read ?? last}
          onChange={({ target }) => onRead(Number(target.value))}
          onFocus={({ target }) => target.matches(':focus-visible') && onRead(read ?? last)}
          onBlur={() => onRead(null)}
          onPointerMove={({ currentTarget, clientX }) => {
            const { left, width } = currentTarget.getBoundingClientRect()
            onRead(readingAt(readings, (clientX - left) / width))
          }}
          onPointerLeave={() => onRead(null)}
        />
      </div>
      <svg className="chart-dates" width="100%" height="16" aria-hidden="true" focusable="false">
        {dates.map(({ xPercent, date }, at) => (
          <text
            key={date}
            className={at % 2 === 1 ? 'chart-date chart-date-between' : 'chart-date'}
            x={`${xPercent}%`}
            y="12"
            textAnchor={at === 0 ? 'start' : 'middle'}
          >
            {dayText(date, locale)}
          </text>
        ))}
      </svg>
    </div>
  )
}

function Across({ y, className }: { y: number; className: string }) {
  return <line className={className} x1="0" x2="100%" y1={TOP + y} y2={TOP + y} />
}

/** Kinds differ by shape, not only by colour. */
export function MarkShape({ kind }: Pick<Mark, 'kind'>) {
  return <path d={kind === 'automatic' ? 'M0 -5L5 4H-5Z' : 'M0 -5L5 0L0 5L-5 0Z'} />
}
