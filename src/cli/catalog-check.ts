/** `tollgate catalog check`: every fault of a catalog on standard output, before anyone publishes it. */
import { formatFault } from '../catalog/faults.ts'
import { loadCatalog } from '../catalog/load.ts'
import { CommandFailed, counted, writeOutput } from './command.ts'

export async function checkCatalog(directory: string): Promise<void> {
  const { catalog, faults } = loadCatalog(directory)
  await writeOutput(faults.map((fault) => `${formatFault(fault)}\n`).join(''))
  const errorCount = faults.filter((fault) => fault.severity === 'error').length
  const warnings = counted(faults.length - errorCount, 'warning')
  if (catalog === null) throw new CommandFailed(`${directory}: ${counted(errorCount, 'fault')} and ${warnings}`, 2)
  console.error(`${directory}: no faults, ${warnings}`)
}
