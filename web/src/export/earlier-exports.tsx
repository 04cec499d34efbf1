/** Files that can still be downloaded, newest first. */
import { type Export, fileUrl } from '../api/exports.ts'
import { ErrorPart } from '../components/states.tsx'
import type { Loaded } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { exportPeriod } from './describe.ts'

export interface EarlierExportsProps {
  readonly exports: Loaded<readonly Export[]>
  readonly now: Date
  readonly onDownload: () => void
}

export function EarlierExports({ exports: earlier, now, onDownload }: EarlierExportsProps) {
  const words = useWords()
  const { t, dates } = words
  if (earlier.status === 'loading') return null
  if (earlier.status === 'error') return <ErrorPart part={t('export.earlier')} onRetry={earlier.onRetry} />
  if (earlier.data.length === 0) return null
  return (
    <section className="export-earlier" aria-labelledby="export-earlier">
      <h3 id="export-earlier">{t('export.earlier')}</h3>
      <ul>
        {earlier.data.map((each) => {
          const { name, endedAt } = exportPeriod(each, words, now)
          const period = endedAt === null ? name : t('export.cut', { period: name, time: dates.moment(endedAt) })
          const { rows } = each
          const kept = [
            t('export.movements', { count: rows }),
            t('export.until', { time: dates.moment(each.download_until!) }),
          ]
          return (
            <li key={each.export_id}>
              <div className="export-earlier-text">
                <p>{period}</p>
                <p className="cell-second">{rows === 0 ? t('export.noMovements') : kept.join(' · ')}</p>
              </div>
              {rows === 0 ? null : (
                <a href={fileUrl(each)} download aria-label={t('export.downloadOf', { period })} onClick={onDownload}>
                  {t('export.download')}
                </a>
              )}
            </li>
          )
        })}
      </ul>
    </section>
  )
}
