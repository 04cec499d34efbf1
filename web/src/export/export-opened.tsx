/** The export dialog, connected to the API. Loaded when opened. */
import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { exportsApi, type NotAnswered } from '../api/exports.ts'
import { loaded } from '../api/loaded.ts'
import type { Openable } from '../components/opened.tsx'
import type { Session } from '../credit/data.ts'
import { MoreWords, useWords } from '../texts/words.tsx'
import ExportDialog from './export-dialog.tsx'
import type { SummaryState } from './export-form.tsx'
import { faultWords } from './fault-words.ts'
import { isWorthAnotherTry, useExports } from './use-exports.ts'
import { usePeriod } from './use-period.ts'

export interface ExportOpenedProps extends Openable {
  readonly onClose: () => void
  readonly session: Session
  /** Shows the newest export whatever its state, not only one in preparation. */
  readonly showsNewest: boolean
  readonly returnsTo: () => HTMLElement | null
}

export default function ExportOpened(props: ExportOpenedProps) {
  return (
    <MoreWords area="export">
      <WithWords {...props} />
    </MoreWords>
  )
}

function WithWords({ isOpen, onClose, session, showsNewest, returnsTo }: ExportOpenedProps) {
  const { t } = useWords()
  const { account_id: accountId, is_sandbox: isSandbox } = session
  const api = useMemo(() => exportsApi(accountId), [accountId])
  const [now] = useState(() => new Date())
  const fields = usePeriod(now)
  const exports = useExports(api, accountId, { isOpen, showsNewest })
  const { view, earlier } = exports
  const { period } = fields
  const summary = useQuery({
    queryKey: ['account', accountId, 'period-summary', period],
    queryFn: () => api.summary(period!),
    enabled: isOpen && view.at === 'choosing' && period !== null,
    retry: isWorthAnotherTry,
    staleTime: 0,
  })
  return (
    <ExportDialog
      isOpen={isOpen}
      onClose={onClose}
      returnsTo={returnsTo}
      isSandbox={isSandbox}
      now={now}
      view={view}
      fields={fields}
      summary={summaryState()}
      earlier={loaded(earlier, (items) => items)}
      isSubmitting={exports.isSubmitting}
      fault={exports.fault === null ? null : faultWords(exports.fault, 'export.noAnswer', t)}
      onStart={({ from, to }) => void exports.start({ from, to, time_zone: fields.timeZone })}
      onTryAgain={({ from, to, time_zone }) => void exports.start({ from, to, time_zone })}
      onChooseAnother={exports.chooseAnother}
      onDownload={exports.lookAgain}
    />
  )

  function summaryState(): SummaryState {
    if (summary.data !== undefined) return { status: 'ready', data: summary.data }
    if (summary.error === null || summary.isFetching) return { status: 'loading' }
    const fault = faultWords(summary.error as NotAnswered, 'export.summaryNoAnswer', t)
    return { status: 'error', fault, onRetry: () => void summary.refetch() }
  }
}
