/** Stores a catalog as an immutable version, unless it lacks something that accounts use. */

import type { Catalog } from '../../core/catalog/catalog.ts'
import { NO_PACKAGE } from '../../core/settings/settings.ts'
import { inTransaction, type Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { INSTALLATION, insertRequest, type RequestKey, readRequest } from '../changes/request-keys.ts'
import { lockCatalogUse } from './lock-catalog-use.ts'

export interface CatalogToPublish {
  readonly catalog: Catalog
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly contentHash: string
  readonly author: string
  readonly comment: string
  /** RFC 3339; null: now. */
  readonly inForceFrom: string | null
}

export interface PublishedCatalog {
  readonly version: number
  /** Instants are RFC 3339, UTC. */
  readonly inForceFrom: string
  readonly publishedAt: string
}

export type PublishResult =
  | PublishedCatalog
  /** One reason for each tariff and package that accounts would lose. */
  | { readonly refused: readonly string[] | 'request_key_reused' }

/**
 * What accounts use now or later: every tariff with its currency, and every package that has not ended. A package ends when
 * the account's next one starts, by the database's clock.
 */
const READ_IN_USE = `
  with used as (
    select a.account_id, a.currency, s.tariff, s.packages
      from tollgate.accounts a
      join tollgate.account_settings s on s.account_id = a.account_id and s.version = a.settings_version
  ),
  periods as (
    select period ->> 'id' as id,
           lead((period ->> 'from')::timestamptz) over (
             partition by account_id order by (period ->> 'from')::timestamptz
           ) as until
      from used cross join jsonb_array_elements(packages) as period
  )
  select distinct 'tariff' as what, tariff as id, currency from used
   union
  select distinct 'package', id, null from periods where until is null or until > clock_timestamp()
   order by what, id, currency`

const INSERT_VERSION = `
  insert into tollgate.catalog_versions (content_hash, files, author, comment, in_force_from)
  values ($1, $2::jsonb, $3, $4, coalesce($5::timestamptz, clock_timestamp()))
  returning version,
    ${instantText('in_force_from')} as in_force_from,
    ${instantText('published_at')} as published_at`

/**
 * Publishes a catalog as a new version. With a request key, a repeated request returns the first answer and stores no
 * further version. A refusal stores nothing. Takes the lock on catalog use.
 */
export async function publishCatalog(
  pool: Pool,
  wanted: CatalogToPublish,
  request: RequestKey | null = null,
): Promise<PublishResult> {
  return inTransaction(pool, async (connection): Promise<PublishResult> => {
    // Held until the commit, so that an account that starts to use what this version drops is applied entirely before or
    // after it. It also serialises repeated requests.
    await lockCatalogUse(connection)
    const earlier = request && (await readRequest(connection, INSTALLATION, request))
    if (earlier) return earlier.isSame ? (earlier.answer as PublishedCatalog) : { refused: 'request_key_reused' }
    const { rows } = await connection.query<{ what: string; id: string; currency: string | null }>(READ_IN_USE)
    const refused = rows.flatMap(({ what, id, currency }) => {
      if (what === 'package') {
        return id === NO_PACKAGE || wanted.catalog.packages.has(id)
          ? []
          : [`package ${id} is in use, but missing from this catalog`]
      }
      const tariff = wanted.catalog.tariffs.get(id)
      if (tariff === undefined) return [`tariff ${id} is in use, but missing from this catalog`]
      return tariff.currency === currency
        ? []
        : [`tariff ${id} is used in ${currency}, but is in ${tariff.currency} in this catalog`]
    })
    if (refused.length > 0) return { refused }
    const files = Object.fromEntries([...wanted.files].map(([name, bytes]) => [name, Buffer.from(bytes).toString()]))
    const { rows: stored } = await connection.query<{ version: number; in_force_from: string; published_at: string }>(
      INSERT_VERSION,
      [wanted.contentHash, JSON.stringify(files), wanted.author, wanted.comment, wanted.inForceFrom],
    )
    const { version, in_force_from: inForceFrom, published_at: publishedAt } = stored[0]!
    const published = { version, inForceFrom, publishedAt }
    if (request) await insertRequest(connection, INSTALLATION, request, published, publishedAt)
    return published
  })
}
