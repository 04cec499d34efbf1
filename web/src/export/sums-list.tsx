/** How opening and closing balance of a period relate, from top to bottom. */
import { useWords } from '../texts/words.tsx'
import { SUMS, type Sums, sumsWritten } from './sums.ts'

export function SumsList({ sums, currency }: { sums: Sums; currency: string }) {
  const { t, locale } = useWords()
  const written = sumsWritten(sums, locale, currency)
  return (
    <dl className="export-sums">
      {SUMS.map((name) => (
        <div key={name} className={`export-sum export-sum-${name}`}>
          <dt>
            {t(`export.${name}`)}
            {name === 'other' ? <span className="cell-second">{t('export.otherNote')}</span> : null}
          </dt>
          <dd className="amount">{written[name]}</dd>
        </div>
      ))}
    </dl>
  )
}
