/** The panel of filters; a choice applies at once. */
import { useEffect, useId, useState } from 'react'
import { Icon } from '../components/icon.tsx'
import type { Loaded } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import {
  type ChosenUser,
  type Direction,
  KINDS,
  type MovementFilter,
  type MovementKind,
  NAMED_PERIODS,
  OTHER_KINDS,
  ownPeriod,
  type Period,
  USAGE_KINDS,
} from './filter.ts'
import { userName } from './filter-words.ts'
import type { AccountUsers } from './found.ts'
import './filter-panel.css'

export interface FilterPanelProps {
  readonly isOpen: boolean
  readonly filter: MovementFilter
  readonly onFilter: (next: MovementFilter) => void
  readonly users: Loaded<AccountUsers>
  readonly onUsersWanted: () => void
}

export default function FilterPanel({ isOpen, filter, onFilter, users, onUsersWanted }: FilterPanelProps) {
  const { t } = useWords()
  useEffect(() => {
    if (isOpen) onUsersWanted()
  }, [isOpen, onUsersWanted])
  const choose = (kind: MovementKind, isChosen: boolean) => {
    const kinds = KINDS.filter((one) => (one === kind ? isChosen : filter.kinds.includes(one)))
    onFilter({ ...filter, kinds })
  }
  const kinds = (legend: string, of: readonly MovementKind[]) => (
    <fieldset className="kinds">
      <legend>{legend}</legend>
      <div className="kinds-list">
        {of.map((kind) => (
          <label key={kind} className="kind">
            <input
              type="checkbox"
              checked={filter.kinds.includes(kind)}
              onChange={(event) => choose(kind, event.target.checked)}
            />
            <span>{t(`filters.kind.${kind}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
  return (
    <div className="filter-panel">
      <div className="filter-fields">
        <PeriodFields period={filter.period} onPeriod={(period) => onFilter({ ...filter, period })} />
        <SelectField
          label={t('filters.direction')}
          value={filter.direction ?? ''}
          options={(['', 'in', 'out'] as const).map((value) => ({ value, text: t(`filters.${value || 'both'}`) }))}
          onChange={(value) => onFilter({ ...filter, direction: value === '' ? null : (value as Direction) })}
        />
        <UserField chosen={filter.user} users={users} onUser={(user) => onFilter({ ...filter, user })} />
      </div>
      {kinds(t('filters.usage'), USAGE_KINDS)}
      {kinds(t('filters.otherKinds'), OTHER_KINDS)}
    </div>
  )
}

interface SelectFieldProps {
  readonly label: string
  readonly value: string
  readonly options: readonly { readonly value: string; readonly text: string }[]
  readonly onChange: (value: string) => void
  readonly hint?: string | null
}

function SelectField({ label, value, options, onChange, hint = null }: SelectFieldProps) {
  const id = useId()
  return (
    <div className="filter-field">
      <label htmlFor={id}>{label}</label>
      <div className="filter-select">
        <select
          id={id}
          value={value}
          aria-describedby={hint === null ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        >
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.text}
            </option>
          ))}
        </select>
        <Icon name="chevron" />
      </div>
      {hint === null ? null : (
        <p className="muted" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}

const OWN = 'own'

function PeriodFields({ period, onPeriod }: { period: Period | null; onPeriod: (period: Period | null) => void }) {
  const { t, dates } = useWords()
  const [isOwn, setIsOwn] = useState(false)
  const [typed, setTyped] = useState({ from: '', to: '' })
  const [known, setKnown] = useState<Period | null>(null)
  // The filter was changed elsewhere: show its period.
  if (period !== known) {
    setKnown(period)
    const days = period === null || typeof period === 'string' ? null : period
    if (days !== null) setTyped({ from: days.from ?? '', to: days.to ?? '' })
    setIsOwn(days !== null)
  }
  const id = useId()
  const isBackwards = typed.from !== '' && typed.to !== '' && typed.to < typed.from
  const setEnd = (end: 'from' | 'to', date: string) => {
    const next = { ...typed, [end]: date }
    setTyped(next)
    const days = ownPeriod(next.from, next.to)
    if (days === null && (next.from !== '' || next.to !== '')) return
    setKnown(days)
    onPeriod(days)
  }
  const input = (end: 'from' | 'to') => (
    <div className="filter-field">
      <label htmlFor={`${id}-${end}`}>{t(`filters.${end}`)}</label>
      <input
        id={`${id}-${end}`}
        type="date"
        value={typed[end]}
        aria-invalid={(end === 'to' && isBackwards) || undefined}
        aria-describedby={end === 'to' && isBackwards ? `${id}-fault` : undefined}
        onChange={(event) => setEnd(end, event.target.value)}
      />
    </div>
  )
  return (
    <div className="filter-period">
      <SelectField
        label={t('filters.period')}
        value={isOwn ? OWN : typeof period === 'string' ? period : ''}
        options={[
          { value: '', text: t('filters.anyTime') },
          ...NAMED_PERIODS.map((value) => ({ value, text: t(`filters.${value}`) })),
          { value: OWN, text: t('filters.own') },
        ]}
        onChange={(value) => {
          setIsOwn(value === OWN)
          if (value === OWN) setTyped({ from: '', to: '' })
          const next = NAMED_PERIODS.find((named) => named === value) ?? null
          setKnown(next)
          onPeriod(next)
        }}
      />
      {isOwn ? (
        <div className="filter-dates">
          {input('from')}
          {input('to')}
        </div>
      ) : null}
      {isOwn && isBackwards ? (
        <p className="filter-fault" id={`${id}-fault`}>
          <Icon name="critical" />
          <span>{t('filters.endBefore', { start: dates.calendarDate(typed.from) })}</span>
        </p>
      ) : null}
    </div>
  )
}

interface UserFieldProps {
  readonly chosen: ChosenUser | null
  readonly users: Loaded<AccountUsers>
  readonly onUser: (user: ChosenUser | null) => void
}

/** The user may have been chosen elsewhere, and not be among those with the most usage. */
function UserField({ chosen, users, onUser }: UserFieldProps) {
  const { t } = useWords()
  if (users.status === 'error') {
    return (
      <div className="filter-field">
        <p>{t('part.notLoaded', { part: t('filters.users') })}</p>
        <button type="button" className="link-button" onClick={users.onRetry}>
          {t('action.tryAgain')}
        </button>
      </div>
    )
  }
  const known = users.status === 'ready' ? users.data.users : []
  const all = chosen === null || known.some(({ id }) => id === chosen.id) ? known : [chosen, ...known]
  const names = new Map<string, number>()
  for (const user of all) names.set(userName(user), (names.get(userName(user)) ?? 0) + 1)
  const textOf = (user: ChosenUser) => {
    const name = userName(user)
    return names.get(name) === 1 || user.name === null ? name : t('filters.userAndId', { name, id: user.id })
  }
  return (
    <SelectField
      label={t('filters.user')}
      value={chosen?.id ?? ''}
      options={[
        { value: '', text: t('filters.anyUser') },
        ...all.map((user) => ({ value: user.id, text: textOf(user) })),
      ]}
      hint={users.status === 'ready' && !users.data.isAll ? t('filters.someUsers', { count: known.length }) : null}
      onChange={(id) => onUser(all.find((user) => user.id === id) ?? null)}
    />
  )
}
