/** The choice of the range, shared by both charts. */
import { Segmented } from '../components/segmented.tsx'
import { useWords } from '../texts/words.tsx'
import { RANGES, type Range } from './range.ts'

export function RangeChoice({ range, onRange }: { range: Range; onRange: (range: Range) => void }) {
  const { t } = useWords()
  return (
    <Segmented
      label={t('charts.range')}
      options={RANGES.map((days) => ({ value: `${days}` as const, label: t('charts.days', { days }) }))}
      value={`${range}`}
      onChange={(value) => onRange(Number(value) as Range)}
    />
  )
}
