/**
 * Corrections that came before their event: kept under the event's id until it comes, or until they expire. An expired one
 * awaits nothing: it only stays on the list, until another correction of the same event takes its place. Each is kept with
 * the message that it came as, for the dead letters, should it expire.
 */
import type { ArrivedEvent, AwaitingCorrection } from '../../core/batch/decide-batch.ts'
import { usageKey } from '../../core/book/book.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import { headersAsJson, type SourceMessage, valueHash } from '../source-message.ts'

/** Pairs of account and event id; the same pair may be asked for twice. */
export interface AskedIds {
  readonly accountIds: readonly string[]
  readonly eventIds: readonly string[]
}

/**
 * Id by id through the key, whatever the statistics say: `offset 0` is a fence to the planner, and `expired_at` stands
 * outside of it, so that the index of those not expired is of no use.
 */
const READ_AWAITED = `
  select a.account_id, a.event_id, a.correction_id
    from unnest($1::text[], $2::text[]) as asked (account_id, event_id)
   cross join lateral (
         select * from tollgate.awaited_corrections a
          where a.account_id = asked.account_id and a.event_id = asked.event_id
         offset 0) a
   where a.expired_at is null`

const INSERT_AWAITED = `
  insert into tollgate.awaited_corrections as earlier (recorded_at, account_id, event_id, correction_id,
    topic, partition, "offset", value_hash, key, original, headers)
  select $1::timestamptz, awaited.*
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::integer[], $7::bigint[], $8::bytea[], $9::bytea[],
      $10::bytea[], $11::json[]) as awaited
      on conflict (account_id, event_id) do update
     set correction_id = excluded.correction_id, recorded_at = excluded.recorded_at, expired_at = null,
         topic = excluded.topic, partition = excluded.partition, "offset" = excluded."offset",
         value_hash = excluded.value_hash, key = excluded.key, original = excluded.original, headers = excluded.headers
   where earlier.expired_at is not null`

const DELETE_AWAITED = `
  delete from tollgate.awaited_corrections a
   using unnest($1::text[], $2::text[]) as arrived (account_id, event_id)
   where a.account_id = arrived.account_id and a.event_id = arrived.event_id`

/** Correction ids by the key of the event they await. */
export async function readAwaited(
  connection: Connection,
  { accountIds, eventIds }: AskedIds,
): Promise<Map<string, string>> {
  const { rows } = await connection.query<{ account_id: string; event_id: string; correction_id: string }>({
    name: 'read-awaited',
    text: READ_AWAITED,
    values: [arrayOf('text', accountIds, (value) => value), arrayOf('text', eventIds, (value) => value)],
  })
  return new Map(rows.map((row) => [usageKey(row.account_id, row.event_id), row.correction_id]))
}

/**
 * Sends what a batch changes: corrections that wait from now on, and events that were awaited and came. Under the locks of
 * their accounts; rejects with `invariant_broken` where an event is awaited already.
 */
export function storeAwaited(
  connection: Connection,
  added: readonly AwaitingCorrection<SourceMessage>[],
  arrived: readonly ArrivedEvent[],
  recordedAt: string,
): Promise<unknown>[] {
  const writes: Promise<unknown>[] = []
  if (added.length > 0) {
    const values = [
      recordedAt,
      added.map(({ correction }) => correction.accountId),
      added.map(({ correction }) => correction.corrects),
      added.map(({ correction }) => correction.eventId),
      added.map(({ source }) => source.topic),
      added.map(({ source }) => source.partition),
      added.map(({ source }) => source.offset),
      added.map(({ source }) => valueHash(source)),
      added.map(({ source }) => source.key),
      added.map(({ source }) => source.value),
      added.map(({ source }) => headersAsJson(source.headers)),
    ]
    writes.push(
      connection.query({ name: 'insert-awaited', text: INSERT_AWAITED, values }).then(({ rowCount }) => {
        // Under the accounts' locks nobody else adds one, so the read before must have shown it.
        if (rowCount !== added.length) {
          throw new Fault('invariant_broken', 'an event is awaited already by a correction that was not read')
        }
      }),
    )
  }
  if (arrived.length > 0) {
    const values = [arrived.map(({ accountId }) => accountId), arrived.map(({ eventId }) => eventId)]
    writes.push(connection.query({ name: 'delete-awaited', text: DELETE_AWAITED, values }))
  }
  return writes
}
