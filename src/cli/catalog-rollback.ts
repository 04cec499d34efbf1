/**
 * `tollgate catalog rollback VERSION`: publishes the files of an earlier version again, as a new one. Versions never
 * change, and usage was rated by those between, so going back is another step forward, under the guards of any other.
 */
import { parseCatalog } from '../catalog/load.ts'
import { readCatalogFiles } from '../ledger/read-catalog-files.ts'
import { type PublishOptions, publish, readInForceFrom } from './catalog-publish.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'

export async function rollBackCatalog(versionText: string, options: PublishOptions): Promise<void> {
  const version = /^[1-9]\d{0,8}$/.test(versionText) ? Number(versionText) : null
  if (version === null) throw new CommandFailed(`${versionText} is not a version: a whole number above 0`, 2)
  const inForceFrom = readInForceFrom(options)
  await withDatabase(async (pool) => {
    const [stored] = await readCatalogFiles(pool, [version])
    if (stored === undefined) throw new CommandFailed(`there is no catalog version ${version}`, 1)
    const { catalog } = parseCatalog(stored.files)
    if (catalog === null) throw new CommandFailed(`catalog version ${version} cannot be read by this release`, 1)
    const comment = options.comment ?? `rollback to version ${version}`
    const { files, contentHash } = stored
    await publish(pool, { catalog, files, contentHash }, inForceFrom, { ...options, comment })
  })
}
