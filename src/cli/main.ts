/**
 * The `tollgate` program: what commands there are. What each does is in a file of its own, loaded only when it is called,
 * so that `rate` needs neither Kafka nor PostgreSQL to be there.
 */
import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import { CommandFailed } from './command.ts'

const program = new Command('tollgate')
  .description(packageJson.description)
  .version(packageJson.version)
  // Inherited by the commands below: commander throws instead of ending the process with an exit code of its own.
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)')
  .addHelpText('after', '\nExit code: 0 done, 1 the work failed, 2 wrong usage or input files that are not valid.')

program
  .command('rate')
  .description('rate usage events offline: JSON lines in, one result a line out')
  .requiredOption('--catalog <dir>', 'catalog directory')
  .requiredOption('--accounts <file>', 'accounts file')
  .requiredOption('--events <file>', 'usage events, one JSON object a line; - for standard input')
  .action(async (options: { catalog: string; accounts: string; events: string }) => {
    const { rate } = await import('./rate.ts')
    await rate(options)
  })

const catalog = program.command('catalog').description('check, publish, list and roll back catalogs')

catalog
  .command('check')
  .description('print every fault of a catalog')
  .argument('<dir>', 'catalog directory')
  .action(async (directory: string) => {
    const { checkCatalog } = await import('./catalog-check.ts')
    await checkCatalog(directory)
  })

catalog
  .command('publish')
  .description('store a catalog as a new version')
  .argument('<dir>', 'catalog directory')
  .option('--author <name>', 'who publishes it')
  .option('--comment <text>', 'what changed')
  .option('--in-force-from <instant>', 'RFC 3339 instant or date from which it prices usage')
  .action(async (directory: string, options: { author?: string; comment?: string; inForceFrom?: string }) => {
    const { publishCatalog } = await import('./catalog-publish.ts')
    await publishCatalog(directory, options)
  })

catalog
  .command('list')
  .description('list the published versions and say which is in force')
  .action(async () => {
    const { listCatalogVersions } = await import('./catalog-list.ts')
    await listCatalogVersions()
  })

catalog
  .command('rollback')
  .description('publish an earlier version again, as a new one')
  .argument('<version>', 'the version to go back to')
  .option('--author <name>', 'who rolls it back')
  .option('--comment <text>', 'why')
  .option('--in-force-from <instant>', 'RFC 3339 instant or date from which it prices usage')
  .action(async (version: string, options: { author?: string; comment?: string; inForceFrom?: string }) => {
    const { rollBackCatalog } = await import('./catalog-rollback.ts')
    await rollBackCatalog(version, options)
  })

const accounts = program.command('accounts').description('set up accounts and adjust their credit')

accounts
  .command('apply')
  .description('create the accounts of a file, or change them to what it says')
  .argument('<file>', 'accounts file')
  .action(async (file: string) => {
    const { applyAccounts } = await import('./accounts-apply.ts')
    await applyAccounts(file)
  })

accounts
  .command('credit')
  .description("adjust an account's credit")
  .argument('<account>', 'account id')
  .argument('<amount>', 'decimal amount in the currency of the account; below zero takes credit')
  .requiredOption('--reason <text>', 'why, for the statement')
  .requiredOption('--actor <name>', 'who adjusts it')
  .action(async (accountId: string, amount: string, options: { reason: string; actor: string }) => {
    const { creditAccount } = await import('./accounts-credit.ts')
    await creditAccount(accountId, amount, options)
  })

program
  .command('explain')
  .description('say why an event cost what it cost, rule by rule')
  .argument('<account>', 'account id')
  .argument('<event>', 'event id')
  .option('--json', 'print one JSON object instead of sentences')
  .action(async (accountId: string, eventId: string, options: { json?: boolean }) => {
    const { explain } = await import('./explain.ts')
    await explain(accountId, eventId, options)
  })

program
  .command('migrate')
  .description('bring the database to the schema of this version')
  .action(async () => {
    const { migrateDatabase } = await import('./migrate.ts')
    await migrateDatabase()
  })

program
  .command('serve')
  .description('run the service')
  .action(async () => {
    const { serve } = await import('./serve.ts')
    await serve()
  })

// Nothing that goes wrong outside of the awaited command, a timer or a stream, may end in a stack trace either.
process.on('uncaughtException', (error) => {
  process.exit(reported(error))
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reported(error)
}

/** Says what went wrong in one line, and gives the exit code. */
function reported(error: unknown): number {
  // Commander has said it already; its code is 0 for help and version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (process.env.TOLLGATE_DEBUG === '1') console.error(error)
  // A refusal may list many faults, a line each; anything else is told in one.
  else if (error instanceof CommandFailed) console.error(`tollgate: ${error.message}`)
  else console.error(`tollgate: ${messageOf(error).replaceAll(/\s*\n\s*/g, ' ')}`)
  return error instanceof CommandFailed ? error.exitCode : 1
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection is one error for each address tried, and has no message of its own.
  if (error.message === '' && error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error.message || error.name
}
