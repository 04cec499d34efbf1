/** Stores messages that could not be rated, once per position. */
import type { Connection } from '../../platform/postgres.ts'
import { headersAsJson, type SourceMessage } from '../source-message.ts'

export interface DeadLetter extends SourceMessage {
  readonly valueHash: Buffer
  readonly reason: string
  readonly detail: string
  readonly accountId: string | null
  readonly eventId: string | null
}

/** `do nothing`: even if a batch is delivered twice, each dead letter is published once. */
const INSERT_DEAD_LETTERS = `
  insert into tollgate.dead_letters (recorded_at, topic, partition, "offset", value_hash, reason, detail, account_id, event_id,
    key, original, headers)
  select $1::timestamptz, letter.*
    from unnest($2::text[], $3::integer[], $4::bigint[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[],
      $10::bytea[], $11::bytea[], $12::json[]) as letter
      on conflict (topic, partition, "offset", value_hash) do nothing
  returning topic, partition, "offset", value_hash as "valueHash"`

/** Inserts dead letters and returns those that were not stored before. `recordedAt`: RFC 3339. */
export async function insertDeadLetters<T extends DeadLetter>(
  connection: Connection,
  letters: readonly T[],
  recordedAt: string,
): Promise<T[]> {
  const { rows } = await connection.query<DeadLetterKey>({
    name: 'insert-dead-letters',
    text: INSERT_DEAD_LETTERS,
    values: [
      recordedAt,
      letters.map(({ topic }) => topic),
      letters.map(({ partition }) => partition),
      letters.map(({ offset }) => offset),
      letters.map(({ valueHash }) => valueHash),
      letters.map(({ reason }) => reason),
      letters.map(({ detail }) => detail),
      letters.map(({ accountId }) => accountId),
      letters.map(({ eventId }) => eventId),
      letters.map(({ key }) => key),
      letters.map(({ value }) => value),
      letters.map(({ headers }) => headersAsJson(headers)),
    ],
  })
  const fresh = new Set(rows.map(textOf))
  return letters.filter((letter) => fresh.has(textOf(letter)))
}

/** A topic that was created again has another message at the same position. */
type DeadLetterKey = Pick<DeadLetter, 'topic' | 'partition' | 'offset' | 'valueHash'>

function textOf({ topic, partition, offset, valueHash }: DeadLetterKey): string {
  return `${topic}/${partition}/${offset}/${valueHash.toString('base64')}`
}
