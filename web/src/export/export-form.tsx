/** The period to export, and how it adds up. */
import { type FormEvent, type Ref, useRef, useState } from 'react'
import { type PeriodSummary, rowsOf } from '../api/exports.ts'
import { Button } from '../components/button.tsx'
import { Choices } from '../components/choices.tsx'
import { FaultSummary } from '../components/field.tsx'
import { LoadingBlocks } from '../components/states.tsx'
import { useWords } from '../texts/words.tsx'
import { DayField } from './day-field.tsx'
import { describePeriod, isSameInstant, monthBefore, monthOf, type Period } from './period.ts'
import { SumsList } from './sums-list.tsx'
import type { PeriodChoice, PeriodFields } from './use-period.ts'

const [FIRST, LAST] = ['export-first', 'export-last']

export type SummaryState =
  | { readonly status: 'loading' }
  | { readonly status: 'ready'; readonly data: PeriodSummary }
  | { readonly status: 'error'; readonly fault: string | null; readonly onRetry: () => void }

export interface ExportFormProps {
  readonly id: string
  readonly fields: PeriodFields
  /** For the chosen period. */
  readonly summary: SummaryState
  readonly onSubmit: (period: Period) => void
  readonly isLocked: boolean
  readonly ref?: Ref<HTMLFormElement>
}

export function ExportForm({ id, fields, summary, onSubmit, isLocked, ref }: ExportFormProps) {
  const { t } = useWords()
  const { timeZone, today, names, choice, first, last, period } = fields
  const faultSummary = useRef<HTMLElement>(null)
  const [isRefused, setIsRefused] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isLocked) return
    const isRight = fields.check()
    setIsRefused(!isRight)
    if (isRight) onSubmit(period!)
    else queueMicrotask(() => faultSummary.current?.focus())
  }
  const faults = [
    { fieldId: FIRST, message: first.fault },
    { fieldId: LAST, message: last.fault },
  ].flatMap(({ fieldId, message }) => (isRefused && message !== null ? [{ fieldId, message }] : []))
  const monthName = (days: ReturnType<typeof monthOf>) => names.of({ ...days, isMonth: true })
  return (
    <form id={id} ref={ref} className="form" noValidate onSubmit={submit}>
      <FaultSummary faults={faults} ref={faultSummary} />
      <Choices
        name="export-period"
        legend={t('export.period')}
        value={choice}
        onChange={(value) => fields.onChoice(value as PeriodChoice)}
        isLocked={isLocked}
        choices={[
          {
            value: 'this_month',
            label: t('export.thisMonth'),
            note: t('export.thisMonthNote', { month: monthName(monthOf(today)) }),
          },
          { value: 'last_month', label: t('export.lastMonth'), note: monthName(monthBefore(today)) },
          { value: 'own', label: t('export.own') },
        ]}
      >
        {choice === 'own' ? (
          <div className="export-days">
            <DayField id={FIRST} label={t('export.first')} day={first} max={today} />
            <DayField id={LAST} label={t('export.last')} day={last} />
          </div>
        ) : null}
        <p className="muted">{t('export.zone', { zone: names.zone })}</p>
      </Choices>
      {period === null ? null : (
        <Summary summary={summary} period={period} name={names.of(describePeriod(period, timeZone))} />
      )}
    </form>
  )
}

/** Reserves its final size; changes are announced. */
function Summary({ summary, period, name }: { summary: SummaryState; period: Period; name: string }) {
  const { t } = useWords()
  return (
    <section className="export-summary" aria-label={t('export.summary')} aria-live="polite">
      {summary.status === 'loading' ? (
        <LoadingBlocks sizes={['line', 'line', 'line', 'row', 'line', 'short']} />
      ) : summary.status === 'error' ? (
        <div className="error-part">
          {summary.fault === null ? null : <p>{summary.fault}</p>}
          <Button onClick={summary.onRetry} label={`${t('action.tryAgain')}: ${t('export.summary')}`}>
            {t('action.tryAgain')}
          </Button>
        </div>
      ) : (
        <Known summary={summary.data} period={period} name={name} />
      )}
    </section>
  )
}

function Known({ name, summary, period }: { name: string; summary: PeriodSummary; period: Period }) {
  const { t, dates } = useWords()
  const count = rowsOf(summary)
  const lines = [
    count === 0 ? t('export.noMovements') : t('export.movements', { count }),
    // A period that reaches past now ends now.
    ...(isSameInstant(summary.to, period.to) ? [] : [t('export.endsNow', { time: dates.moment(summary.to) })]),
  ]
  return (
    <>
      <h3>{name}</h3>
      <SumsList sums={summary} currency={summary.currency} />
      <p className={count === 0 ? 'export-none' : 'muted'}>{lines.join(' · ')}</p>
    </>
  )
}
