/** `tollgate catalog publish DIR`: stores a checked catalog as a version, which running raters pick up. */
import { catalogHash, loadCatalog } from '../catalog/load.ts'
import { formatInstant, parseInstantOrDate } from '../core/instant.ts'
import { type PublishResult, publishCatalog as publishToLedger } from '../ledger/catalogs/publish-catalog.ts'
import { CommandFailed } from './command.ts'
import { withDatabase } from './connected.ts'
import { type FaultOptions, printFaults } from './print-faults.ts'
import { userOfMachine } from './who-and-why.ts'

export interface PublishOptions extends FaultOptions {
  readonly author?: string
  readonly comment?: string
  readonly inForceFrom?: string
}

export async function publishCatalog(directory: string, options: PublishOptions): Promise<void> {
  const { catalog, faults, files } = loadCatalog(directory)
  await printFaults(faults, options)
  if (catalog === null) throw new CommandFailed('the catalog has faults: nothing was published', 2)
  const inForceFrom = readInForceFrom(options)
  const wanted = { catalog, files, contentHash: catalogHash(files), inForceFrom }
  const { comment = '', json } = options
  await withDatabase(async (pool) => {
    sayPublished(await publishToLedger(pool, { ...wanted, author: authorOf(options), comment }), json)
  })
}

/** The author of a version: the option, else the user of the machine. */
export function authorOf({ author }: PublishOptions): string {
  return author ?? userOfMachine()
}

/** Reports the new version, or fails with every reason why the accounts do not allow it. */
export function sayPublished(result: PublishResult, json: boolean | undefined): void {
  if ('refused' in result) {
    const { refused } = result
    if (refused === 'request_key_reused') throw new TypeError('a catalog is published by command without a request key')
    throw new CommandFailed(`${refused.join('\n')}\nthe catalog was not published`, 1)
  }
  const { version, inForceFrom: from } = result
  console.log(json ? JSON.stringify({ version, in_force_from: from }) : `version ${version} in force from ${from}`)
}

/** The instant of `--in-force-from`; null without it, meaning now by the database's clock. */
export function readInForceFrom({ inForceFrom }: PublishOptions): string | null {
  if (inForceFrom === undefined) return null
  const micros = parseInstantOrDate(inForceFrom)
  if (micros === null) {
    throw new CommandFailed(`--in-force-from ${inForceFrom} is neither an RFC 3339 instant nor a date`, 2)
  }
  return formatInstant(micros)
}
