/**
 * Corrections that arrived before their event. They are stored under the event's id until it arrives or they expire. An
 * expired correction no longer waits; it stays on the list until another correction of the same event replaces it. Each
 * is stored with its message, for the dead letter if it expires.
 */
import type { ArrivedEvent, AwaitingCorrection } from '../../core/batch/decide-batch.ts'
import { usageKey } from '../../core/book/book.ts'
import { Fault } from '../../platform/faults.ts'
import type { Connection } from '../../platform/postgres.ts'
import { arrayOf } from '../../platform/postgres-binary.ts'
import { headersAsJson, type SourceMessage, valueHash } from '../source-message.ts'

/** Pairs of account id and event id, in two arrays. A pair may occur twice. */
export interface EventIds {
  readonly accountIds: readonly string[]
  readonly eventIds: readonly string[]
}

/**
 * Looks up each id by the key, whatever the statistics say: `offset 0` keeps the planner from changing the order, and
 * `expired_at` is checked outside, so that the index of unexpired corrections is not used.
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

/** Returns the ids of waiting corrections by the key of the event they wait for. The accounts must be locked. */
export async function readAwaited(
  connection: Connection,
  { accountIds, eventIds }: EventIds,
): Promise<Map<string, string>> {
  const { rows } = await connection.query<{ account_id: string; event_id: string; correction_id: string }>({
    name: 'read-awaited',
    text: READ_AWAITED,
    values: [arrayOf('text', accountIds, (value) => value), arrayOf('text', eventIds, (value) => value)],
  })
  return new Map(rows.map((row) => [usageKey(row.account_id, row.event_id), row.correction_id]))
}

/**
 * Sends the changes of a batch: corrections that now wait, and awaited events that arrived. The accounts must be
 * locked. Rejects with `invariant_broken` if a correction already waits for the event.
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
        // The account locks keep others from adding one, so the earlier read must have seen it.
        if (rowCount !== added.length) {
          throw new Fault('invariant_broken', 'a correction already waits for the event, but was not read')
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
