/** Reads the original messages of dead letters, byte for byte. */
import type { Pool } from '../../platform/postgres.ts'
import type { DeadLetterKey } from './list-dead-letters.ts'

const READ_ORIGINALS = `
  select d.key, d.original as value, d.headers
    from unnest($1::text[], $2::integer[], $3::bigint[], $4::bytea[])
         with ordinality as asked (topic, partition, "offset", value_hash, place)
    join tollgate.dead_letters d using (topic, partition, "offset", value_hash)
   order by asked.place`

export interface Original {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly { readonly name: string; readonly value: Buffer | null }[]
}

interface OriginalRow {
  key: Buffer | null
  value: Buffer | null
  headers: { name: string; value: string | null }[]
}

/** Reads originals in the order of `letters`. Throws if one has been deleted. */
export async function readOriginals(pool: Pool, letters: readonly DeadLetterKey[]): Promise<Original[]> {
  const { rows } = await pool.query<OriginalRow>(READ_ORIGINALS, [
    letters.map(({ topic }) => topic),
    letters.map(({ partition }) => partition),
    letters.map(({ offset }) => offset),
    letters.map(({ valueHash }) => valueHash),
  ])
  if (rows.length < letters.length) throw new Error('a dead letter was deleted in the meantime: list them again')
  return rows.map(({ key, value, headers }) => ({
    key,
    value,
    headers: headers.map((header) => ({
      name: header.name,
      value: header.value === null ? null : Buffer.from(header.value, 'base64'),
    })),
  }))
}
