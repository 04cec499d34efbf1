/** `tollgate accounts apply FILE`: creates and changes accounts. If the file has any fault, nothing is changed. */
import { readFile } from 'node:fs/promises'
import { misfitFaults, parseAccountsFile } from '../catalog/accounts-file.ts'
import type { Fault } from '../catalog/faults.ts'
import { applyAccounts as applyToLedger } from '../ledger/accounts/apply-accounts.ts'
import { CatalogStore } from '../ledger/catalogs/catalogs.ts'
import { CommandFailed, counted } from './command.ts'
import { withLedger } from './connected.ts'
import { type FaultOptions, printFaults } from './print-faults.ts'
import { userOfMachine } from './who-and-why.ts'

export interface ApplyOptions extends FaultOptions {
  /** Who makes the changes; by default the user of the machine. */
  readonly actor?: string
}

export async function applyAccounts(file: string, options: ApplyOptions): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new CommandFailed(`${file} cannot be read (${error.code})`, 2)
  })
  const { accounts, faults, lines } = parseAccountsFile(bytes, file)
  if (accounts === null) return refuse(faults, options)
  await printFaults(faults, options)
  const actor = options.actor ?? userOfMachine()
  await withLedger(async (writer) => {
    const result = await applyToLedger(writer, new CatalogStore(), accounts, actor)
    if ('noCatalogInForce' in result) throw new CommandFailed('no catalog is in force yet: publish one first', 1)
    if ('misfits' in result) return refuse(misfitFaults(result.misfits, { file, lines }), options)
    if ('refused' in result) {
      const faults = result.refused.map(({ accountId, reason }): Fault => {
        return {
          file,
          line: lines.get(accountId) ?? null,
          reason: `account ${accountId}: ${reason}`,
          severity: 'error',
        }
      })
      return refuse(faults, options)
    }
    const { created, changed, unchanged } = result.applied
    const say = (done: string, accountId: string, fields: readonly string[] = []) => {
      if (options.json) console.log(JSON.stringify({ account_id: accountId, done, fields }))
      else console.log(`${done} ${accountId}${fields.length === 0 ? '' : `: ${fields.join(', ')}`}`)
    }
    for (const accountId of created) say('created', accountId)
    for (const { accountId, fields } of changed) say('changed', accountId, fields)
    process.stderr.write(`${created.length} created, ${changed.length} changed, ${unchanged.length} unchanged\n`)
  })
}

async function refuse(faults: readonly Fault[], options: FaultOptions): Promise<never> {
  await printFaults(faults, options)
  const errorCount = faults.filter(({ severity }) => severity === 'error').length
  throw new CommandFailed(`${counted(errorCount, 'fault')}: nothing was changed`, 2)
}
