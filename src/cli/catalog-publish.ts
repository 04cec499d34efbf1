/** `tollgate catalog publish DIR`: stores a checked catalog as a version that raters pick up by themselves. */
import { formatFault } from '../catalog/faults.ts'
import { catalogHash, loadCatalog } from '../catalog/load.ts'
import { formatInstant, parseInstantOrDate } from '../core/instant.ts'
import { publishCatalog as publishToLedger } from '../ledger/publish-catalog.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'

export async function publishCatalog(
  directory: string,
  options: { author?: string; comment?: string; inForceFrom?: string },
): Promise<void> {
  const { catalog, faults, files } = loadCatalog(directory)
  for (const fault of faults) process.stderr.write(`${formatFault(fault)}\n`)
  if (catalog === null) throw new CommandFailed('the catalog has faults and was not published', 2)
  const inForceMicros = options.inForceFrom === undefined ? null : parseInstantOrDate(options.inForceFrom)
  if (options.inForceFrom !== undefined && inForceMicros === null) {
    throw new CommandFailed(`--in-force-from ${options.inForceFrom} is neither an RFC 3339 instant nor a date`, 2)
  }
  await withDatabase(async (pool) => {
    const result = await publishToLedger(pool, {
      catalog,
      files,
      contentHash: catalogHash(files),
      author: options.author ?? process.env['USER'] ?? 'unknown',
      comment: options.comment ?? '',
      inForceFrom: inForceMicros === null ? null : formatInstant(inForceMicros),
    })
    if ('refused' in result) throw new CommandFailed(`${result.refused.join('\n')}\nthe catalog was not published`, 1)
    console.log(`version ${result.version} in force from ${result.inForceFrom}`)
  })
}
