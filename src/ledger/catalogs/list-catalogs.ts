/** Lists catalog versions for people and checks, with the one that is in force now by the database's clock. */

import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros, instantText } from '../../platform/sql.ts'

/** Of two versions in force from the same instant the newer one applies, as in rating. */
const LIST_CATALOGS = `
  with clock as materialized (select clock_timestamp() as now),
  current as (
    select version from tollgate.catalog_versions, clock
     where in_force_from <= now
     order by in_force_from desc, version desc
     limit 1
  )
  select version, content_hash, author, comment,
         ${instantText('in_force_from')} as in_force_from,
         ${instantText('published_at')} as published_at,
         ${epochMicros('in_force_from')} as in_force_from_micros,
         version is not distinct from (select version from current) as is_in_force,
         in_force_from > now as is_to_come
    from tollgate.catalog_versions, clock`

const LIST_ALL = `${LIST_CATALOGS} order by version`
const LIST_NEWEST_FIRST = `${LIST_CATALOGS}
   where $1::integer is null or version < $1
   order by version desc
   limit $2::integer`
const READ_ONE = `${LIST_CATALOGS} where version = $1::integer`

interface CatalogRow {
  version: number
  content_hash: string
  author: string
  comment: string
  in_force_from: string
  published_at: string
  in_force_from_micros: bigint
  is_in_force: boolean
  is_to_come: boolean
}

export interface StoredCatalog {
  readonly version: number
  readonly inForceFrom: string
  readonly inForceFromMicros: number
  readonly publishedAt: string
  readonly author: string
  readonly comment: string
  readonly contentHash: string
  readonly isInForce: boolean
  /** It comes into force later. */
  readonly isToCome: boolean
}

/** Lists all versions, oldest first. */
export async function listCatalogs(connection: Connection | Pool): Promise<StoredCatalog[]> {
  const { rows } = await connection.query<CatalogRow>(LIST_ALL)
  return rows.map(storedOf)
}

/** Lists a page of versions, newest first. `before`: the last version of the page before; null: from the newest. */
export async function listCatalogPage(
  pool: Pool,
  { before, limit }: { readonly before: number | null; readonly limit: number },
): Promise<StoredCatalog[]> {
  const { rows } = await pool.query<CatalogRow>(LIST_NEWEST_FIRST, [before, limit])
  return rows.map(storedOf)
}

/** Reads one version without its files; null: no such version. */
export async function readCatalog(pool: Pool, version: number): Promise<StoredCatalog | null> {
  const { rows } = await pool.query<CatalogRow>(READ_ONE, [version])
  return rows[0] === undefined ? null : storedOf(rows[0])
}

function storedOf(row: CatalogRow): StoredCatalog {
  return {
    version: row.version,
    inForceFrom: row.in_force_from,
    inForceFromMicros: Number(row.in_force_from_micros),
    publishedAt: row.published_at,
    author: row.author,
    comment: row.comment,
    contentHash: row.content_hash,
    isInForce: row.is_in_force,
    isToCome: row.is_to_come,
  }
}
