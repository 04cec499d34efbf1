/** Keeps the page live, and says so where it cannot. Loaded after the first view, and all of it at once: later it may not be to be had. */
import { useQuery } from '@tanstack/react-query'
import type { Account } from '../api/account.ts'
import type { Session } from '../credit/data.ts'
import { MoreWords, useWords } from '../texts/words.tsx'
import { useConnection } from './connection.ts'
import { Criticals } from './criticals.tsx'
import { LiveRegions } from './live-regions.tsx'
import { SessionEnded } from './session-ended.tsx'
import { useLive } from './use-live.ts'

export interface LiveAccountProps {
  readonly session: Session
  readonly queries: Account
}

/** In the card of the balance. */
export default function LiveAccount(props: LiveAccountProps) {
  return (
    <MoreWords area="live">
      <Following {...props} />
      <LiveRegions />
    </MoreWords>
  )
}

/** Above all else. */
export function Ended({ session }: Pick<LiveAccountProps, 'session'>) {
  if (useConnection() !== 'ended') return null
  return (
    <MoreWords area="live">
      <SessionEnded session={session} />
    </MoreWords>
  )
}

function Following({ session, queries }: LiveAccountProps) {
  useLive(session.account_id, queries)
  const { data } = useQuery(queries.notices)
  return (
    <>
      {data === undefined ? null : <Criticals notices={data.items} currency={data.currency} />}
      {useConnection() === 'lost' ? <ReconnectingTo queries={queries} /> : null}
    </>
  )
}

/** What was read since the stream was lost counts. */
function ReconnectingTo({ queries }: Pick<LiveAccountProps, 'queries'>) {
  const { dataUpdatedAt } = useQuery(queries.balance)
  return <Reconnecting asOf={new Date(dataUpdatedAt).toISOString()} />
}

/** Of when the figures are. */
export function Reconnecting({ asOf }: { asOf: string }) {
  const { t, dates } = useWords()
  return <p className="muted">{t('live.reconnecting', { time: dates.time(asOf) })}</p>
}
