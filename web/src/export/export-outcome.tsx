/** The state of an export: being made, ready, without movements, failed, or expired. */
import type { Ref } from 'react'
import type { Export } from '../api/exports.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { useWords } from '../texts/words.tsx'
import { exportPeriod } from './describe.ts'
import { SumsList } from './sums-list.tsx'

export interface ExportOutcomeProps {
  readonly export: Export
  readonly now: Date
  /** Another export was in preparation already, so this one is shown instead. */
  readonly isAnother: boolean
  /** The API did not answer the last look. */
  readonly isUnheard: boolean
  readonly onAgain: () => void
  /** Takes the focus once it is rendered. */
  readonly heading: Ref<HTMLHeadingElement>
}

const PROGRESS = 'export-progress'

/** Long, because it names icon, tone and text of every state. */
export function ExportOutcome(props: ExportOutcomeProps) {
  const { export: shown, now, isAnother, isUnheard, onAgain, heading } = props
  const words = useWords()
  const { t, dates } = words
  const { state, rows, rows_done: done, summary, currency } = shown
  const { name: period, endedAt } = exportPeriod(shown, words, now)
  const { icon, tone, title, lines } = outcomeOf()
  return (
    <div className="export-outcome">
      {/* Changes of state are announced; progress is not. */}
      <div className={`export-said tone-${tone}`} role="status">
        <Icon name={icon} />
        <div className="export-said-text">
          <h3 ref={heading} tabIndex={-1} id={PROGRESS}>
            {title}
          </h3>
          {isAnother && state === 'preparing' ? <p>{t('export.isAnother')}</p> : null}
          {lines.map((line) => (
            <p key={line} className="muted">
              {line}
            </p>
          ))}
          {isUnheard && state === 'preparing' ? <p className="export-unheard">{t('export.unheard')}</p> : null}
        </div>
      </div>
      {state === 'preparing' ? (
        <div className="export-progress">
          <progress aria-labelledby={PROGRESS} max={Math.max(rows, 1)} value={done} />
          <p className="muted amount">
            {t('export.done', { done: new Intl.NumberFormat(words.locale).format(done), rows })}
          </p>
        </div>
      ) : null}
      {summary !== null && state === 'ready' ? <SumsList sums={summary} currency={currency} /> : null}
      {state === 'preparing' ? null : (
        <button type="button" className="link-button" onClick={onAgain}>
          {t('export.again')}
        </button>
      )}
    </div>
  )

  function outcomeOf(): { icon: IconName; tone: 'muted' | 'success' | 'critical'; title: string; lines: string[] } {
    const ended = endedAt === null ? [] : [t('export.endedAt', { time: dates.moment(endedAt) })]
    switch (state) {
      case 'preparing':
        return {
          icon: 'clock',
          tone: 'muted',
          title: t('export.preparing', { period, rows }),
          lines: [...ended, t('export.goesOn')],
        }
      case 'ready':
        if (rows === 0) {
          return {
            icon: 'info',
            tone: 'muted',
            title: t('export.noMovements'),
            lines: [period, ...ended, t('export.nothing')],
          }
        }
        return {
          icon: 'check',
          tone: 'success',
          title: t('export.ready', { period, rows }),
          lines: [...ended, t('export.until', { time: dates.moment(shown.download_until!) })],
        }
      case 'failed':
        return {
          icon: 'critical',
          tone: 'critical',
          title: t('export.failed'),
          lines: [period, ...ended, t('export.failedText')],
        }
      case 'expired':
        return { icon: 'info', tone: 'muted', title: t('export.expired'), lines: [period, ...ended] }
    }
  }
}
