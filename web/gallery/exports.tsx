/** Every state of the export dialog, with planted figures. */
import type { Export, PeriodSummary } from '../src/api/exports.ts'
import type { Loaded } from '../src/credit/data.ts'
import ExportDialog, { type ExportView } from '../src/export/export-dialog.tsx'
import type { SummaryState } from '../src/export/export-form.tsx'
import { faultWords } from '../src/export/fault-words.ts'
import { type PeriodChoice, usePeriod } from '../src/export/use-period.ts'
import { MoreWords, useWords } from '../src/texts/words.tsx'
import { ACCOUNT, NOW, ready } from './planted.ts'

const nothing = () => undefined
const OPENED = new Date(NOW)

/** June in the reader's zone: last month, as it is July. */
const JUNE = { from: '2026-05-31T22:00:00.000000Z', to: '2026-06-30T22:00:00.000000Z' }
const SUMS = {
  opening: '12.100000',
  added: '150.000000',
  used: '140.020000',
  other: '0.000000',
  closing: '22.080000',
}
const SUMMARY: PeriodSummary = {
  account_id: ACCOUNT,
  currency: 'EUR',
  ...JUNE,
  ...SUMS,
  after_sequence: 1_204,
  epoch: 1,
  through_sequence: 13_608,
}
const SO_FAR: PeriodSummary = {
  ...SUMMARY,
  from: JUNE.to,
  to: NOW,
  opening: '22.080000',
  added: '150.000000',
  used: '124.900050',
  other: '-5.000000',
  closing: '42.179950',
  after_sequence: 13_608,
  through_sequence: 20_728,
}
const EMPTY: PeriodSummary = {
  ...SUMMARY,
  opening: '12.100000',
  added: '0.000000',
  used: '0.000000',
  closing: '12.100000',
  through_sequence: 1_204,
}

const READY: Export = {
  export_id: 'export-1',
  account_id: ACCOUNT,
  state: 'ready',
  ...JUNE,
  currency: 'EUR',
  rows: 12_404,
  rows_done: 12_404,
  after_sequence: 1_204,
  through_sequence: 13_608,
  summary: SUMS,
  file_bytes: 1_843_200,
  requested_at: NOW,
  requested_by: 'ana',
  time_zone: 'Europe/Berlin',
  concluded_at: NOW,
  download_until: '2026-07-21T10:00:00.000000Z',
  failure: null,
}
const PREPARING: Export = {
  ...READY,
  state: 'preparing',
  rows_done: 5_000,
  summary: null,
  file_bytes: null,
  concluded_at: null,
  download_until: null,
}
const EARLIER: readonly Export[] = [
  {
    ...READY,
    export_id: 'export-2',
    from: JUNE.to,
    to: '2026-07-10T08:12:30.000000Z',
    rows: 5_120,
    download_until: '2026-07-17T08:12:30.000000Z',
  },
  {
    ...READY,
    export_id: 'export-3',
    from: '2025-12-01T05:00:00.000000Z',
    to: '2026-01-16T05:00:00.000000Z',
    time_zone: 'America/New_York',
    rows: 1,
    download_until: '2026-07-15T18:30:00.000000Z',
  },
  { ...READY, export_id: 'export-4', from: '2026-02-28T23:00:00.000000Z', to: '2026-03-31T22:00:00.000000Z', rows: 0 },
]

interface ExportingProps {
  readonly view?: ExportView
  readonly choice?: PeriodChoice
  /** Null: it failed to load. */
  readonly summary?: SummaryState | null
  readonly earlier?: Loaded<readonly Export[]>
  readonly isSubmitting?: boolean
  /** The delay that the API names. */
  readonly retryAfterSeconds?: number | null
}

function Exporting(props: ExportingProps) {
  return (
    <MoreWords area="history">
      <MoreWords area="export">
        <WithWords {...props} />
      </MoreWords>
    </MoreWords>
  )
}

function WithWords({
  view = { at: 'choosing' },
  choice = 'last_month',
  summary = ready(SUMMARY),
  earlier = ready([]),
  isSubmitting = false,
  retryAfterSeconds = null,
}: ExportingProps) {
  const { t } = useWords()
  const fault = faultWords({ status: 429, retryAfterSeconds: retryAfterSeconds ?? 5 }, 'export.noAnswer', t)
  return (
    <ExportDialog
      isOpen
      onClose={nothing}
      isSandbox
      now={OPENED}
      view={view}
      fields={usePeriod(OPENED, choice)}
      summary={summary ?? { status: 'error', fault, onRetry: nothing }}
      earlier={earlier}
      isSubmitting={isSubmitting}
      fault={retryAfterSeconds === null ? null : fault}
      onStart={nothing}
      onTryAgain={nothing}
      onChooseAnother={nothing}
      onDownload={nothing}
    />
  )
}

const shown = (one: Export, how: { isAnother?: boolean; isUnheard?: boolean } = {}): ExportView => ({
  at: 'shown',
  export: one,
  isAnother: false,
  isUnheard: false,
  ...how,
})

export const EXPORTS: Readonly<Record<string, () => React.ReactNode>> = {
  'export-last-month': () => <Exporting />,
  'export-this-month': () => <Exporting choice="this_month" summary={ready(SO_FAR)} earlier={ready(EARLIER)} />,
  'export-own-days': () => <Exporting choice="own" summary={ready(SO_FAR)} />,
  'export-nothing': () => <Exporting summary={ready(EMPTY)} />,
  'export-summary-loading': () => <Exporting summary={{ status: 'loading' }} />,
  'export-summary-failed': () => <Exporting summary={null} earlier={{ status: 'error', onRetry: nothing }} />,
  'export-loading': () => <Exporting view={{ at: 'loading' }} earlier={{ status: 'loading' }} />,
  'export-starting': () => <Exporting isSubmitting />,
  'export-refused': () => <Exporting retryAfterSeconds={12} />,
  'export-preparing': () => <Exporting view={shown(PREPARING)} earlier={ready(EARLIER)} />,
  'export-preparing-another': () => (
    <Exporting
      view={shown(
        { ...PREPARING, from: JUNE.to, to: NOW, rows: 7_120, rows_done: 0 },
        { isAnother: true, isUnheard: true },
      )}
    />
  ),
  'export-ready': () => <Exporting view={shown(READY)} earlier={ready(EARLIER)} />,
  'export-ready-cut': () => (
    <Exporting view={shown({ ...READY, from: JUNE.to, to: NOW, rows: 7_120, rows_done: 7_120, summary: SO_FAR })} />
  ),
  'export-no-movements': () => <Exporting view={shown({ ...READY, rows: 0, rows_done: 0, summary: EMPTY })} />,
  'export-failed': () => <Exporting view={shown({ ...PREPARING, state: 'failed', failure: 'invariant_broken' })} />,
  'export-expired': () => <Exporting view={shown({ ...READY, state: 'expired' })} />,
}
