/** `tollgate catalog rollback VERSION`: publishes the content of an earlier version as a new version. */
import { rollBackCatalog as rollBackInLedger } from '../ledger/catalogs/roll-back-catalog.ts'
import { authorOf, type PublishOptions, readInForceFrom, sayPublished } from './catalog-publish.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'

export async function rollBackCatalog(versionText: string, options: PublishOptions): Promise<void> {
  const version = /^[1-9]\d{0,8}$/.test(versionText) ? Number(versionText) : null
  if (version === null) throw new CommandFailed(`${versionText} is not a version number above 0`, 2)
  const inForceFrom = readInForceFrom(options)
  const { comment = null, json } = options
  await withDatabase(async (pool) => {
    const result = await rollBackInLedger(pool, { version, author: authorOf(options), comment, inForceFrom })
    if ('refused' in result && result.refused === 'unknown_version') {
      throw new CommandFailed(`there is no catalog version ${version}`, 1)
    }
    if ('refused' in result && result.refused === 'unreadable') {
      throw new CommandFailed(`catalog version ${version} cannot be read by this release`, 1)
    }
    sayPublished(result as Exclude<typeof result, { refused: 'unknown_version' | 'unreadable' }>, json)
  })
}
