/** The chosen period: a month by name, or days as they are typed. */
import { useMemo, useState } from 'react'
import { dateIn } from '../format/date-in.ts'
import { useWords } from '../texts/words.tsx'
import { faultsOf, knownZone, monthBefore, monthOf, type Period, periodOf } from './period.ts'
import { type PeriodNames, periodNames } from './period-words.ts'

export type PeriodChoice = 'this_month' | 'last_month' | 'own'

export interface DayState {
  readonly value: string
  /** Null if there is none, or it should not be shown yet. */
  readonly fault: string | null
  readonly onChange: (value: string) => void
  readonly onBlur: () => void
}

export interface PeriodFields {
  /** The zone of the days. */
  readonly timeZone: string
  readonly today: string
  readonly names: PeriodNames
  readonly choice: PeriodChoice
  readonly onChoice: (choice: PeriodChoice) => void
  readonly first: DayState
  readonly last: DayState
  /** Null while it is not valid. */
  readonly period: Period | null
  /** Shows faults from now on, and returns whether there are none. */
  readonly check: () => boolean
}

/** `now`: when the dialog was opened. */
export function usePeriod(now: Date, initial: PeriodChoice = 'this_month'): PeriodFields {
  const { t, locale, timeZone: readersZone } = useWords()
  const timeZone = knownZone(readersZone)
  const names = useMemo(() => periodNames(locale, timeZone, now), [locale, timeZone, now])
  const today = dateIn(timeZone, now)
  const [choice, setChoice] = useState<PeriodChoice>(initial)
  const [first, setFirst] = useState(monthOf(today).first)
  const [last, setLast] = useState(today)
  // Both fields have initial values, so leaving one may make the other wrong.
  const [wasLeft, setWasLeft] = useState(false)
  const onBlur = () => setWasLeft(true)
  const faults = faultsOf({ first, last }, today)
  const isWrong = choice === 'own' && (faults.first !== null || faults.last !== null)
  const period = useMemo(() => {
    if (isWrong) return null
    switch (choice) {
      case 'this_month':
        return periodOf(monthOf(today), timeZone)
      case 'last_month':
        return periodOf(monthBefore(today), timeZone)
      case 'own':
        return periodOf({ first, last }, timeZone)
    }
  }, [isWrong, choice, today, timeZone, first, last])
  const firstFaults = {
    empty: t('export.chooseDay'),
    future: t('export.startFault', { today: names.day(today) }),
  }
  const lastFaults = {
    empty: t('export.chooseDay'),
    before_start: faults.last === 'before_start' ? t('export.endFault', { start: names.day(first) }) : '',
  }
  return {
    timeZone,
    today,
    names,
    choice,
    onChoice: setChoice,
    first: {
      value: first,
      fault: wasLeft && faults.first !== null ? firstFaults[faults.first] : null,
      onChange: setFirst,
      onBlur,
    },
    last: {
      value: last,
      fault: wasLeft && faults.last !== null ? lastFaults[faults.last] : null,
      onChange: setLast,
      onBlur,
    },
    period,
    check() {
      setWasLeft(true)
      return !isWrong
    },
  }
}
