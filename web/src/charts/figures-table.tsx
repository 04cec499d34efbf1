/** The figures of the credit chart, one row per day, newest first. */
import { signOf } from '../format/decimal.ts'
import { useWords } from '../texts/words.tsx'
import type { BalanceHistory } from './geometry.ts'
import { balanceText, dayText, usedText } from './words.ts'

export function FiguresTable({ history: { days, currency } }: { history: BalanceHistory }) {
  const words = useWords()
  const { t, locale } = words
  const money = words.money(currency)
  const moved = (amount: string) => (signOf(amount) === 0 ? '–' : money.movement(amount))
  const hasOther = days.some(({ other }) => signOf(other) !== 0)
  return (
    <>
      <p className="muted">{t('charts.utcDays')}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: lets keyboard users scroll what is wider than the drawer */}
      <section className="figures" aria-label={t('charts.credit')} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('charts.day')}</th>
              <th scope="col">{t('charts.used')}</th>
              <th scope="col">{t('charts.added')}</th>
              {hasOther ? <th scope="col">{t('charts.other')}</th> : null}
              <th scope="col">{t('charts.closing')}</th>
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map(({ date, used, added, other, closing }) => (
              <tr key={date}>
                <th scope="row">{dayText(date, locale)}</th>
                <td>{usedText(used, currency, words)}</td>
                <td className={signOf(added) > 0 ? 'money-in' : ''}>{moved(added)}</td>
                {hasOther ? <td>{moved(other)}</td> : null}
                <td>{balanceText(closing, currency, words)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
