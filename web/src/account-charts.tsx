/** Wires both charts, credit over time and usage, to their queries; they share one range. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { accountQueries } from './api/account.ts'
import { chartQueries } from './api/charts.ts'
import { loaded } from './api/loaded.ts'
import { Charts } from './charts/charts.tsx'
import { movementsOf } from './charts/shown-movements.ts'
import { useRange } from './charts/use-range.ts'
import { SHOWN_BARS } from './charts/what-used-it.tsx'
import type { UsageBy } from './charts/words.ts'
import { useMovementFilter } from './movements/use-movement-filter.ts'

export interface AccountChartsProps {
  readonly accountId: string
  readonly queries: ReturnType<typeof accountQueries>
  readonly isSandbox: boolean
}

export default function AccountCharts({ accountId, queries, isSandbox }: AccountChartsProps) {
  const [charts] = useState(() => chartQueries(accountId))
  const [range, setRange] = useRange()
  const [by, setBy] = useState<UsageBy>('kind')
  const { showMovements } = useMovementFilter()
  const history = useQuery(charts.balanceHistory(range))
  const usage = useQuery(charts.usage(by, range, SHOWN_BARS))
  const { data: autoTopUp } = useQuery(queries.autoTopUp)
  return (
    <Charts
      history={loaded(history, (data) => data)}
      usage={loaded(usage, (data) => data)}
      threshold={autoTopUp?.settings?.is_on ? autoTopUp.settings.threshold : null}
      range={range}
      onRange={setRange}
      by={by}
      onBy={setBy}
      isSandbox={isSandbox}
      onShowMovements={(of) => showMovements(movementsOf(of, range))}
    />
  )
}
