/** Both charts, side by side if there is room. */
import { MoreWords } from '../texts/words.tsx'
import { CreditOverTime, type CreditOverTimeProps } from './credit-over-time.tsx'
import { WhatUsedIt, type WhatUsedItProps } from './what-used-it.tsx'
import './charts.css'

export type ChartsProps = CreditOverTimeProps & WhatUsedItProps

export function Charts({ history, threshold, range, onRange, isSandbox, ...usage }: ChartsProps) {
  return (
    <MoreWords area="charts">
      <CreditOverTime history={history} threshold={threshold} range={range} onRange={onRange} isSandbox={isSandbox} />
      <WhatUsedIt {...usage} />
    </MoreWords>
  )
}
