/** `tollgate catalog check`: prints the faults of a catalog, before it is published. */
import { loadCatalog } from '../catalog/load.ts'
import { CommandFailed, counted } from './command.ts'
import { type FaultOptions, printFaults } from './print-faults.ts'

export async function checkCatalog(directory: string, options: FaultOptions): Promise<void> {
  const { catalog, faults } = loadCatalog(directory)
  await printFaults(faults, options, 'stdout')
  const errorCount = faults.filter((fault) => fault.severity === 'error').length
  const warnings = counted(faults.length - errorCount, 'warning')
  if (catalog === null) throw new CommandFailed(`${directory}: ${counted(errorCount, 'fault')} and ${warnings}`, 2)
  console.error(`${directory}: no faults, ${warnings}`)
}
