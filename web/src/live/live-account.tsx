/**
 * Keeps the page live, and says so if it cannot. Loaded after the first view, all at once, as it may not be loadable
 * later.
 */
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

/** Shown in the balance card. */
export default function LiveAccount(props: LiveAccountProps) {
  return (
    <MoreWords area="live">
      <Following {...props} />
      <LiveRegions />
    </MoreWords>
  )
}

/** Shown above everything else. */
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

/** Also counts what was polled since the stream was lost. */
function ReconnectingTo({ queries }: Pick<LiveAccountProps, 'queries'>) {
  const { dataUpdatedAt } = useQuery(queries.balance)
  return <Reconnecting asOf={new Date(dataUpdatedAt).toISOString()} />
}

/** `asOf`: the instant of the figures. */
export function Reconnecting({ asOf }: { asOf: string }) {
  const { t, dates } = useWords()
  return <p className="muted">{t('live.reconnecting', { time: dates.time(asOf) })}</p>
}
