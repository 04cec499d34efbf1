/**
 * Exporting movements: choose a period, wait for the file, download it. An account has one export in preparation at a
 * time.
 */
import { useEffect, useRef } from 'react'
import { type Export, fileUrl, rowsOf } from '../api/exports.ts'
import { Button } from '../components/button.tsx'
import Dialog from '../components/dialog.tsx'
import { Icon } from '../components/icon.tsx'
import { LoadingBlocks } from '../components/states.tsx'
import type { Loaded } from '../credit/data.ts'
import { useWords } from '../texts/words.tsx'
import { EarlierExports } from './earlier-exports.tsx'
import { ExportForm, type SummaryState } from './export-form.tsx'
import { ExportOutcome } from './export-outcome.tsx'
import type { Period } from './period.ts'
import type { PeriodFields } from './use-period.ts'
import './export.css'

/** What the dialog shows; first it checks for an export in preparation. */
export type ExportView =
  | { readonly at: 'loading' }
  | { readonly at: 'choosing' }
  | {
      readonly at: 'shown'
      readonly export: Export
      readonly isAnother: boolean
      readonly isUnheard: boolean
    }

export interface ExportDialogProps {
  readonly isOpen: boolean
  readonly onClose: () => void
  readonly returnsTo?: (() => HTMLElement | null) | undefined
  readonly isSandbox: boolean
  /** When the dialog was opened. */
  readonly now: Date
  readonly view: ExportView
  readonly fields: PeriodFields
  readonly summary: SummaryState
  readonly earlier: Loaded<readonly Export[]>
  readonly isSubmitting: boolean
  /** Why the request failed; null if it did not. */
  readonly fault: string | null
  readonly onStart: (period: Period) => void
  /** Requests the period of a failed export again. */
  readonly onTryAgain: (failed: Export) => void
  readonly onChooseAnother: () => void
  /** After a download started: checks whether the file and the session still exist. */
  readonly onDownload: () => void
}

const FORM = 'export-form'
const FOCUS_SETTLED_MS = 50

export default function ExportDialog(props: ExportDialogProps) {
  const { isOpen, onClose, returnsTo, isSandbox, now, view, fields, summary, earlier, isSubmitting, fault } = props
  const { t } = useWords()
  const heading = useRef<HTMLHeadingElement>(null)
  const form = useRef<HTMLFormElement>(null)
  const place = view.at === 'shown' ? view.export.export_id : view.at
  const before = useRef(place)
  useEffect(() => {
    if (before.current === place) return
    const wasLoading = before.current === 'loading'
    before.current = place
    // On opening, the dialog itself has the focus.
    if (wasLoading) return
    const isChoosing = place === 'choosing'
    const next = isChoosing ? form.current?.querySelector<HTMLInputElement>('input:checked') : heading.current
    // The focused element is gone. The dialog then takes the focus, sometimes after this.
    next?.focus()
    const later = setTimeout(() => {
      if (next && document.activeElement?.contains(next)) next.focus()
    }, FOCUS_SETTLED_MS)
    return () => clearTimeout(later)
  }, [place])
  return (
    <Dialog
      title={t('export.open')}
      isOpen={isOpen}
      onClose={onClose}
      isSandbox={isSandbox}
      returnsTo={returnsTo}
      footer={
        <>
          <MainButton {...props} />
          <Button onClick={onClose}>{t('action.close')}</Button>
        </>
      }
    >
      {view.at === 'loading' ? <LoadingBlocks sizes={['short', 'row', 'row', 'row', 'line', 'line', 'line']} /> : null}
      {view.at === 'choosing' ? (
        <ExportForm
          id={FORM}
          ref={form}
          fields={fields}
          summary={summary}
          isLocked={isSubmitting}
          onSubmit={props.onStart}
        />
      ) : null}
      {view.at === 'shown' ? (
        <ExportOutcome
          export={view.export}
          now={now}
          isAnother={view.isAnother}
          isUnheard={view.isUnheard}
          onAgain={props.onChooseAnother}
          heading={heading}
        />
      ) : null}
      <div className="export-alert" role="alert">
        {fault === null ? null : (
          <p className="field-fault">
            <Icon name="critical" />
            <span>{fault}</span>
          </p>
        )}
      </div>
      <EarlierExports exports={earlier} now={now} onDownload={props.onDownload} />
    </Dialog>
  )
}

/** The next action; none while an export is being made, or if there is nothing to export. */
function MainButton({ view, summary, isSubmitting, onTryAgain, onDownload }: ExportDialogProps) {
  const { t } = useWords()
  if (view.at === 'loading') return null
  if (view.at === 'choosing') {
    if (summary.status === 'ready' && rowsOf(summary.data) === 0) return null
    return (
      <Button
        kind="primary"
        isSubmitting={isSubmitting}
        // Outside its form, so that it stays visible while the form scrolls.
        onClick={() => (document.getElementById(FORM) as HTMLFormElement | null)?.requestSubmit()}
      >
        {t('export.start')}
      </Button>
    )
  }
  const { export: shown } = view
  switch (shown.state) {
    case 'preparing':
      return null
    case 'ready':
      if (shown.rows === 0) return null
      return (
        // If the file is gone, a download link fails without leaving the page.
        <a className="button button-primary" href={fileUrl(shown)} download onClick={onDownload}>
          <span className="button-label">{t('export.download')}</span>
        </a>
      )
    case 'failed':
    case 'expired':
      return (
        <Button kind="primary" isSubmitting={isSubmitting} onClick={() => onTryAgain(shown)}>
          {t('action.tryAgain')}
        </Button>
      )
  }
}
