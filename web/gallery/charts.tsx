/** Both charts in each of their states. */
import { useState } from 'react'
import { Charts, type ChartsProps } from '../src/charts/charts.tsx'
import type { Range } from '../src/charts/range.ts'
import type { UsageBy } from '../src/charts/words.ts'
import { ready } from './planted.ts'
import {
  BELOW_ZERO,
  BY_KIND,
  BY_USER,
  DENSE,
  FLAT,
  HEALTHY,
  HUGE,
  HUGE_USAGE,
  LONG_NAMES,
  NO_HISTORY,
  NO_USAGE,
  usageOf,
} from './planted-charts.ts'

const LOADING = { status: 'loading' } as const
const FAILED = { status: 'error', onRetry: () => undefined } as const

export function PlantedCharts(given: Partial<ChartsProps>) {
  const [range, setRange] = useState<Range>(given.range ?? 30)
  const [by, setBy] = useState<UsageBy>(given.by ?? 'kind')
  return (
    <Charts
      history={ready(HEALTHY)}
      usage={ready(BY_KIND)}
      threshold="25.000000"
      isSandbox
      onShowMovements={() => undefined}
      {...given}
      range={range}
      onRange={setRange}
      by={by}
      onBy={setBy}
    />
  )
}

function Alone(given: Partial<ChartsProps>) {
  return (
    <div className="columns charts">
      <PlantedCharts {...given} />
    </div>
  )
}

export const EMPTY_CHARTS = { history: ready(NO_HISTORY), usage: ready(NO_USAGE), threshold: null }
export const LOADING_CHARTS = { history: LOADING, usage: LOADING }
export const FAILED_CHARTS = { history: FAILED, usage: FAILED }

export const CHARTS: Readonly<Record<string, () => React.ReactNode>> = {
  charts: () => <Alone />,
  'charts-by-user': () => <Alone usage={ready(BY_USER)} by="user" />,
  'charts-below-zero': () => <Alone history={ready(BELOW_ZERO)} usage={ready(usageOf(BELOW_ZERO))} threshold={null} />,
  'charts-dense': () => <Alone history={ready(DENSE)} usage={ready(usageOf(DENSE))} range={90} />,
  'charts-flat': () => (
    <Alone history={ready(FLAT)} threshold={null} usage={ready({ ...NO_USAGE, through_sequence: 3 })} />
  ),
  'charts-huge': () => <Alone history={ready(HUGE)} usage={ready(HUGE_USAGE)} threshold="2500000.000000" />,
  'charts-long-names': () => <Alone usage={ready(LONG_NAMES)} by="destination" />,
  'charts-empty': () => <Alone {...EMPTY_CHARTS} />,
  'charts-loading': () => <Alone {...LOADING_CHARTS} />,
  'charts-errors': () => <Alone {...FAILED_CHARTS} />,
  'charts-rows-without-buttons': () => <Alone onShowMovements={undefined} />,
}
