/** `tollgate accounts apply FILE`: creates and changes accounts; a file with any fault changes nothing. */
import { readFile } from 'node:fs/promises'
import { parseAccountsFile } from '../catalog/accounts-file.ts'
import { type Fault, formatFault } from '../catalog/faults.ts'
import { applyAccounts as applyToLedger } from '../ledger/apply-accounts.ts'
import { CatalogStore } from '../ledger/catalogs.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'

export async function applyAccounts(file: string): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`${file} cannot be read (${error.code})`, 2)
  })
  const { accounts, faults, lines } = parseAccountsFile(bytes, file)
  if (accounts === null) throw refused(faults)
  await withLedger(async (writer) => {
    const result = await applyToLedger(writer, new CatalogStore(), accounts, { file, lines })
    if ('noCatalogInForce' in result) throw new CommandFailed('no catalog is in force yet; publish one first', 1)
    if ('misfits' in result) throw refused(result.misfits)
    if ('refused' in result) {
      const reasons = result.refused.map(({ accountId, reason }) => `account ${accountId}: ${reason}`)
      throw new CommandFailed(`${reasons.join('\n')}\nnothing was changed`, 2)
    }
    const { created, changed, unchanged } = result.applied
    for (const accountId of created) console.log(`created ${accountId}`)
    for (const { accountId, fields } of changed) console.log(`changed ${accountId}: ${fields.join(', ')}`)
    process.stderr.write(`${created.length} created, ${changed.length} changed, ${unchanged.length} as they were\n`)
  })
}

function refused(faults: readonly Fault[]): CommandFailed {
  return new CommandFailed(`${faults.map(formatFault).join('\n')}\nnothing was changed`, 2)
}
