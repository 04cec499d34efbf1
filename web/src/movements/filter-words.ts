/** The chosen filters in words, each with the filter that remains without it. */
import type { Words } from '../texts/words.tsx'
import type { ChosenUser, MovementFilter, Period } from './filter.ts'

export interface Chosen {
  readonly id: string
  readonly label: string
  readonly without: MovementFilter
}

export function chosenOf(filter: MovementFilter, words: Words): Chosen[] {
  const { t } = words
  const { kinds, user, period, direction } = filter
  return [
    ...kinds.map((kind) => ({
      id: kind,
      label: t(`filters.kind.${kind}`),
      without: { ...filter, kinds: kinds.filter((other) => other !== kind) },
    })),
    ...(user === null ? [] : [{ id: 'user', label: userName(user), without: { ...filter, user: null } }]),
    ...(period === null
      ? []
      : [{ id: 'period', label: periodPhrase(period, words), without: { ...filter, period: null } }]),
    ...(direction === null
      ? []
      : [{ id: 'direction', label: t(`filters.${direction}`), without: { ...filter, direction: null } }]),
  ]
}

export function userName({ id, name }: ChosenUser): string {
  return name ?? id
}

function periodPhrase(period: Period, { t, dates }: Words): string {
  if (typeof period === 'string') return t(`filters.${period}`)
  const { from, to } = period
  if (to === null) return t('filters.since', { from: dates.calendarDate(from!) })
  if (from === null) return t('filters.until', { to: dates.calendarDate(to) })
  return from === to
    ? dates.calendarDate(to)
    : t('filters.between', { from: dates.calendarDate(from), to: dates.calendarDate(to) })
}
