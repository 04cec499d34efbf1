/** `tollgate catalog publish DIR`: stores a checked catalog as a version that raters pick up by themselves. */
import { catalogHash, loadCatalog } from '../catalog/load.ts'
import { formatInstant, parseInstantOrDate } from '../core/instant.ts'
import { type CatalogToPublish, publishCatalog as publishToLedger } from '../ledger/publish-catalog.ts'
import type { Pool } from '../platform/postgres.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'
import { type FaultOptions, printFaults } from './print-faults.ts'

export interface PublishOptions extends FaultOptions {
  readonly author?: string
  readonly comment?: string
  readonly inForceFrom?: string
}

export async function publishCatalog(directory: string, options: PublishOptions): Promise<void> {
  const { catalog, faults, files } = loadCatalog(directory)
  await printFaults(faults, options)
  if (catalog === null) throw new CommandFailed('the catalog has faults and was not published', 2)
  const inForceFrom = readInForceFrom(options)
  await withDatabase((pool) => publish(pool, { catalog, files, contentHash: catalogHash(files) }, inForceFrom, options))
}

/** Stores the version and says which it became, or fails with every reason why accounts forbid it. */
export async function publish(
  pool: Pool,
  content: Pick<CatalogToPublish, 'catalog' | 'files' | 'contentHash'>,
  inForceFrom: string | null,
  { author, comment, json }: PublishOptions,
): Promise<void> {
  const result = await publishToLedger(pool, {
    ...content,
    author: author ?? process.env.USER ?? 'unknown',
    comment: comment ?? '',
    inForceFrom,
  })
  if ('refused' in result) throw new CommandFailed(`${result.refused.join('\n')}\nthe catalog was not published`, 1)
  const { version, inForceFrom: from } = result
  console.log(json ? JSON.stringify({ version, in_force_from: from }) : `version ${version} in force from ${from}`)
}

/** The instant that `--in-force-from` names, null without it: from now on, by the database's clock. */
export function readInForceFrom({ inForceFrom }: PublishOptions): string | null {
  if (inForceFrom === undefined) return null
  const micros = parseInstantOrDate(inForceFrom)
  if (micros === null) {
    throw new CommandFailed(`--in-force-from ${inForceFrom} is neither an RFC 3339 instant nor a date`, 2)
  }
  return formatInstant(micros)
}
