/**
 * Received webhooks until they are handled. The key is the provider's id of the event, so an event that is sent again is
 * stored once. Any number of processes claim them with `skip locked`; a claim expires by the database's clock.
 */
import type { ProviderEvent, ProviderObject } from '../../core/top-up/provider-event.ts'
import type { Pool } from '../../platform/postgres.ts'
import { type UpkeepPage, upkeepPage } from '../../platform/upkeep.ts'

const STORE_EVENT = `
  insert into tollgate.provider_events (provider, event_id, kind, about, object_id, body, handled_at)
  values ($1, $2, $3, $4, $5, $6, case when $4::text is null then clock_timestamp() end)
      on conflict (provider, event_id) do nothing`

/** Stores an event; it is committed when this resolves. False: it was received before. */
export async function storeProviderEvent(
  pool: Pool,
  provider: string,
  { eventId, kind, about }: ProviderEvent,
  body: string,
): Promise<boolean> {
  const { rowCount } = await pool.query(STORE_EVENT, [
    provider,
    eventId,
    kind,
    about?.kind ?? null,
    about?.id ?? null,
    body,
  ])
  return rowCount === 1
}

export interface ClaimedEvent {
  readonly eventId: string
  readonly kind: string
  readonly about: ProviderObject
}

const CLAIM_EVENTS = `
  update tollgate.provider_events e
     set claimed_until = clock_timestamp() + make_interval(secs => $3::integer / 1000.0), tries = tries + 1
    from (
      select provider, event_id from tollgate.provider_events
       where provider = $1 and handled_at is null and next_try_at <= clock_timestamp()
         and (claimed_until is null or claimed_until <= clock_timestamp())
       order by next_try_at
       limit $2::integer
         for update skip locked
    ) as due
   where e.provider = due.provider and e.event_id = due.event_id
  returning e.event_id, e.kind, e.about, e.object_id`

/** Claims up to `limit` waiting events for `holdMs` milliseconds. */
export async function claimProviderEvents(
  pool: Pool,
  provider: string,
  limit: number,
  holdMs: number,
): Promise<ClaimedEvent[]> {
  const { rows } = await pool.query<{
    event_id: string
    kind: string
    about: ProviderObject['kind']
    object_id: string
  }>(CLAIM_EVENTS, [provider, limit, holdMs])
  return rows.map((row) => ({
    eventId: row.event_id,
    kind: row.kind,
    about: { kind: row.about, id: row.object_id },
  }))
}

const NOTE_HANDLED = `
  update tollgate.provider_events set handled_at = clock_timestamp(), claimed_until = null
   where provider = $1 and event_id = any($2::text[])`

/** Marks events as handled. */
export async function noteEventsHandled(pool: Pool, provider: string, eventIds: readonly string[]): Promise<void> {
  await pool.query(NOTE_HANDLED, [provider, eventIds])
}

/** The next attempt is after about 2, 4, 8 ... seconds, at most 5 minutes. */
const POSTPONE = `
  update tollgate.provider_events
     set claimed_until = null,
         next_try_at = clock_timestamp() + make_interval(secs => least(300, 2 ^ least(tries, 9)))
   where provider = $1 and event_id = any($2::text[])`

/** Releases events that could not be handled, to be retried later. */
export async function postponeEvents(pool: Pool, provider: string, eventIds: readonly string[]): Promise<void> {
  await pool.query(POSTPONE, [provider, eventIds])
}

/** The age of the oldest unhandled event, in seconds; null: there is none. */
export async function oldestWaitingEvent(pool: Pool, provider: string): Promise<number | null> {
  const { rows } = await pool.query<{ seconds: number | null }>(
    `select extract(epoch from clock_timestamp() - min(received_at))::float8 as seconds
       from tollgate.provider_events where provider = $1 and handled_at is null`,
    [provider],
  )
  return rows[0]!.seconds
}

const EVENTS_KEPT_DAYS = 30
const EVENTS_PER_PAGE = 1_000

/** An event that is still unhandled then is useless: reconciliation has long found what it was about. */
const DELETE_OLD = `
  with deleted as (
    delete from tollgate.provider_events
     where (provider, event_id) in (
       select provider, event_id from tollgate.provider_events
        where received_at < now() - make_interval(days => $1::integer)
        order by received_at
        limit $2::integer
          for update skip locked)
    returning received_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $1::integer) - min(received_at))::float8 as overdue_seconds
    from deleted`

/** Deletes a page of events older than 30 days, with their bodies, oldest first. */
export function deleteOldProviderEvents(pool: Pool, eventsPerPage: number = EVENTS_PER_PAGE): Promise<UpkeepPage> {
  return upkeepPage(pool, DELETE_OLD, [EVENTS_KEPT_DAYS, eventsPerPage], eventsPerPage)
}
