/**
 * The `tollgate` program and its commands. Each command is in a file of its own that is loaded only when it is called,
 * so that `rate` needs neither Kafka nor PostgreSQL.
 */
import { Command, CommanderError } from 'commander'
import packageJson from '../../package.json' with { type: 'json' }
import type { AlertLevelOptions } from './accounts-alert-levels.ts'
import type { ApplyOptions } from './accounts-apply.ts'
import type { CreditOptions } from './accounts-credit.ts'
import type { CreateKeyOptions } from './api-key-create.ts'
import type { RotateKeyOptions } from './api-key-rotate.ts'
import type { PublishOptions } from './catalog-publish.ts'
import { CommandFailed } from './command.ts'
import type { CorrectionsOptions } from './corrections-list.ts'
import type { ListOptions } from './dead-letters-list.ts'
import type { ReplayOptions } from './dead-letters-replay.ts'
import type { ExportOptions } from './export.ts'
import type { MailListOptions } from './mail-list.ts'
import type { AddMethodOptions } from './payment-method-add.ts'
import type { PortalLinkOptions } from './portal-link.ts'
import type { FaultOptions } from './print-faults.ts'
import type { RateOptions } from './rate.ts'
import type { OutageOptions } from './sandbox-outage.ts'
import type { SandboxAct, SandboxActOptions } from './sandbox-payment.ts'
import type { SandboxPaymentsOptions } from './sandbox-payments.ts'
import type { TopUpListOptions } from './top-up-list.ts'
import type { TopUpNowOptions } from './top-up-now.ts'
import type { ResumeOptions } from './top-up-resume.ts'
import type { SettingsOptions } from './top-up-settings.ts'
import { readName, readReason } from './who-and-why.ts'

const VERBOSE = ['--verbose', 'print all faults of a file, not only the first 20'] as const
const AS_JSON = ['--json', 'print one JSON object per line: all faults, or what was done'] as const

const program = new Command('tollgate')
  .description(packageJson.description)
  .version(packageJson.version)
  // Inherited by subcommands: commander throws instead of exiting with a code of its own.
  .exitOverride()
  .showHelpAfterError('(run with --help for usage)')
  .addHelpText(
    'after',
    '\nrate and catalog check need only files. All other commands find the installation by TOLLGATE_* variables,' +
      '\nwhich docs/OPERATIONS.md lists.',
  )
  .addHelpText('after', '\nExit code: 0 success, 1 failure, 2 wrong usage or invalid input files.')

program
  .command('rate')
  .description('rate usage events offline: JSON lines in, one result per line out')
  .requiredOption('--catalog <dir>', 'catalog directory')
  .requiredOption('--accounts <file>', 'accounts file')
  .requiredOption('--events <file>', 'usage events, one JSON object per line; - for standard input')
  .option(...VERBOSE)
  .action(async (options: RateOptions) => {
    const { rate } = await import('./rate.ts')
    await rate(options)
  })

const catalog = program.command('catalog').description('check, publish, list and roll back catalogs')

catalog
  .command('check')
  .description('print the faults of a catalog')
  .argument('<dir>', 'catalog directory')
  .option(...VERBOSE)
  .option('--json', 'print all faults as JSON, one object per line')
  .action(async (directory: string, options: FaultOptions) => {
    const { checkCatalog } = await import('./catalog-check.ts')
    await checkCatalog(directory, options)
  })

catalog
  .command('publish')
  .description('store a catalog as a new version')
  .argument('<dir>', 'catalog directory')
  .option('--author <name>', 'who publishes it', readName)
  .option('--comment <text>', 'what changed')
  .option('--in-force-from <instant>', 'RFC 3339 instant or date from which it prices usage')
  .option(...VERBOSE)
  .option(...AS_JSON)
  .action(async (directory: string, options: PublishOptions) => {
    const { publishCatalog } = await import('./catalog-publish.ts')
    await publishCatalog(directory, options)
  })

catalog
  .command('list')
  .description('list the published versions, and which is in force')
  .action(async () => {
    const { listCatalogVersions } = await import('./catalog-list.ts')
    await listCatalogVersions()
  })

catalog
  .command('rollback')
  .description('publish an earlier version again, as a new version')
  .argument('<version>', 'the version to roll back to')
  .option('--author <name>', 'who rolls it back', readName)
  .option('--comment <text>', 'why')
  .option('--in-force-from <instant>', 'RFC 3339 instant or date from which it prices usage')
  .action(async (version: string, options: PublishOptions) => {
    const { rollBackCatalog } = await import('./catalog-rollback.ts')
    await rollBackCatalog(version, options)
  })

const accounts = program.command('accounts').description('set up and close accounts, and adjust their credit')

accounts
  .command('apply')
  .description('create or change the accounts of a file; what the file leaves out stays unchanged')
  .argument('<file>', 'accounts file')
  .option('--actor <name>', 'who changes them', readName)
  .option(...VERBOSE)
  .option(...AS_JSON)
  .action(async (file: string, options: ApplyOptions) => {
    const { applyAccounts } = await import('./accounts-apply.ts')
    await applyAccounts(file, options)
  })

accounts
  .command('credit')
  .description("adjust an account's credit")
  .argument('<account>', 'account id')
  .argument('<amount>', 'decimal amount in the currency of the account; negative to take credit')
  .requiredOption('--reason <text>', 'why, for the statement', readReason)
  .requiredOption('--actor <name>', 'who adjusts it', readName)
  .option('--request-id <id>', 'the same id is posted only once; generated if absent')
  .action(async (accountId: string, amount: string, options: CreditOptions) => {
    const { creditAccount } = await import('./accounts-credit.ts')
    await creditAccount(accountId, amount, options)
  })

accounts
  .command('alert-levels')
  .description('set the balances at which an account is alerted')
  .argument('<account>', 'account id')
  .option('--low <amount>', 'alert when the balance falls below it; "default" for 10 units of the currency')
  .option('--custom <amount>', 'an additional level of the customer; "none" for none')
  .requiredOption('--actor <name>', 'who sets them', readName)
  .action(async (accountId: string, options: AlertLevelOptions) => {
    const { setAlertLevels } = await import('./accounts-alert-levels.ts')
    await setAlertLevels(accountId, options)
  })

accounts
  .command('close')
  .description('close an account: it is no longer charged, but late usage is still debited')
  .argument('<account>', 'account id')
  .requiredOption('--actor <name>', 'who closes it', readName)
  .action(async (accountId: string, options: { actor: string }) => {
    const { closeAccount } = await import('./accounts-close.ts')
    await closeAccount(accountId, options)
  })

const topUp = program.command('top-up').description('automatic and manual top-ups')

withConsent(
  topUp
    .command('settings')
    .description(
      'show automatic top-up of an account; with options, change it: settings that are not named stay unchanged',
    )
    .argument('<account>', 'account id')
    .option('--on', 'charge while the balance is below the threshold')
    .option('--off', 'charge nothing automatically')
    .option('--threshold <amount>', 'decimal amount in the currency of the account')
    .option('--amount <amount>', 'the amount of each automatic top-up')
    .option('--cap <amount>', 'maximum charged automatically in a UTC month; "none" for none'),
)
  .option('--actor <name>', 'who changes it; vouches for the consent', readName)
  .option('--request-id <id>', 'the same id is saved only once')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: SettingsOptions) => {
    const { autoTopUpSettings } = await import('./top-up-settings.ts')
    await autoTopUpSettings(accountId, options)
  })

withConsent(
  topUp
    .command('resume')
    .description('end a pause of automatic top-up, with a consent; the settings stay unchanged')
    .argument('<account>', 'account id'),
)
  .requiredOption('--actor <name>', 'who resumes it; vouches for the consent', readName)
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: ResumeOptions) => {
    const { resumeAutoTopUp } = await import('./top-up-resume.ts')
    await resumeAutoTopUp(accountId, options)
  })

topUp
  .command('now')
  .description('request a manual top-up')
  .argument('<account>', 'account id')
  .argument('<amount>', 'decimal amount in the currency of the account')
  .option('--method <id>', 'the card to charge; defaults to the default card')
  .requiredOption('--actor <name>', 'who requests it', readName)
  .option('--request-id <id>', 'the same id is requested only once; generated if absent')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, amount: string, options: TopUpNowOptions) => {
    const { topUpNow } = await import('./top-up-now.ts')
    await topUpNow(accountId, amount, options)
  })

topUp
  .command('list')
  .description('list top-ups, newest first')
  .option('--account <id>', 'only those of this account')
  .option('--open', 'only those that may still charge')
  .option('--limit <count>', 'maximum number to list; defaults to 100')
  .option('--json', 'print one JSON object per line')
  .action(async (options: TopUpListOptions) => {
    const { listAllTopUps } = await import('./top-up-list.ts')
    await listAllTopUps(options)
  })

topUp
  .command('show')
  .description('show a top-up with its attempts, their outcomes and movements')
  .argument('<top-up>', 'top-up id')
  .option('--json', 'print one JSON object')
  .action(async (topUpId: string, options: { json?: boolean }) => {
    const { showTopUp } = await import('./top-up-show.ts')
    await showTopUp(topUpId, options)
  })

const paymentMethod = program
  .command('payment-method')
  .description('saved cards of an account')
  // Commander repeats arguments that it does not understand, and they may be a card number.
  .configureOutput({ outputError: (text, write) => write(text.replaceAll(/\d{4,}/g, '…')) })

withConsent(
  paymentMethod
    .command('add')
    .description('sandbox: save a test card, which moves no money; the first one becomes the default')
    .argument('<account>', 'account id')
    .requiredOption('--number <number>', 'a public test number such as 4242424242424242; any other is refused')
    .requiredOption('--expiry <MM/YY>', 'month and year, as in 08/29')
    .option('--default', 'make it the card that automatic top-ups charge'),
)
  .requiredOption('--actor <name>', 'who adds it; vouches for the consent', readName)
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: AddMethodOptions) => {
    const { addMethod } = await import('./payment-method-add.ts')
    await addMethod(accountId, options)
  })

paymentMethod
  .command('list')
  .description('list the cards of an account, oldest first')
  .argument('<account>', 'account id')
  .option('--json', 'print one JSON object per line')
  .action(async (accountId: string, options: { json?: boolean }) => {
    const { listPaymentMethods } = await import('./payment-method-list.ts')
    await listPaymentMethods(accountId, options)
  })

paymentMethod
  .command('remove')
  .description('remove a card; no other card becomes the default')
  .argument('<account>', 'account id')
  .argument('<method>', 'id of the card')
  .requiredOption('--actor <name>', 'who removes it', readName)
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, methodId: string, options: { actor: string; json?: boolean }) => {
    const { removeMethod } = await import('./payment-method-remove.ts')
    await removeMethod(accountId, methodId, options)
  })

const mail = program.command('mail').description('mail to the contacts of accounts')

mail
  .command('list')
  .description('list mails, newest first, with recipients, states and the reasons of mail servers for refusing them')
  .option('--state <state>', 'only those in this state: waiting, sent, refused or dropped')
  .option('--account <id>', 'only those of this account')
  .option('--limit <count>', 'maximum number to list; defaults to 100')
  .option('--json', 'print one JSON object per line')
  .action(async (options: MailListOptions) => {
    const { listMail } = await import('./mail-list.ts')
    await listMail(options)
  })

const apiKey = program.command('api-key').description('credentials of services for the API; create the first one here')

apiKey
  .command('create')
  .description('create a key and print its token, which is shown only once')
  .argument('<name>', 'what it is for; recorded for what it changes')
  .requiredOption(
    '--scopes <scopes>',
    'read, write, pay, export, portal_sessions, accounts, adjust, catalogs, dead_letters, api_keys; by commas',
  )
  .option('--accounts <ids>', 'the accounts that it may see, separated by commas')
  .option('--all-accounts', 'all accounts and the whole installation')
  .requiredOption('--actor <name>', 'who creates it', readName)
  .option('--json', 'print one JSON object')
  .action(async (name: string, options: CreateKeyOptions) => {
    const { createKey } = await import('./api-key-create.ts')
    await createKey(name, options)
  })

apiKey
  .command('list')
  .description('list the keys including revoked ones, newest first')
  .option('--json', 'print one JSON object per line')
  .action(async (options: { json?: boolean }) => {
    const { listKeys } = await import('./api-key-list.ts')
    await listKeys(options)
  })

apiKey
  .command('rotate')
  .description('replace the secret of a key and print the new token, which is shown only once')
  .argument('<key>', 'id of the key')
  .requiredOption('--overlap <span>', 'how long the previous secret stays valid, such as 2h or 3d; 0s ends it at once')
  .requiredOption('--actor <name>', 'who rotates it', readName)
  .option('--json', 'print one JSON object')
  .action(async (keyId: string, options: RotateKeyOptions) => {
    const { rotateKey } = await import('./api-key-rotate.ts')
    await rotateKey(keyId, options)
  })

apiKey
  .command('revoke')
  .description('revoke a key at once')
  .argument('<key>', 'id of the key')
  .requiredOption('--actor <name>', 'who revokes it', readName)
  .option('--json', 'print one JSON object')
  .action(async (keyId: string, options: { actor: string; json?: boolean }) => {
    const { revokeKey } = await import('./api-key-revoke.ts')
    await revokeKey(keyId, options)
  })

program
  .command('portal-link')
  .description('create a link that opens the billing page as a person of an account, once and within five minutes')
  .requiredOption('--account <id>', 'the account')
  .requiredOption('--person <id>', 'their id in the dashboard; recorded for what they do')
  .option('--name <name>', 'their name on the page; defaults to the id')
  .requiredOption('--role <role>', 'admin, who may change and pay, or member')
  .option(
    '--locale <locale>',
    'locale of the page; defaults to that of the contact with this id, otherwise to that of the installation',
  )
  .requiredOption('--actor <name>', 'who vouches for the person', readName)
  .option('--json', 'print one JSON object')
  .action(async (options: PortalLinkOptions) => {
    const { makePortalLink } = await import('./portal-link.ts')
    await makePortalLink(options)
  })

program
  .command('explain')
  .description('explain the charge of an event, rule by rule')
  .argument('<account>', 'account id')
  .argument('<event>', 'event id')
  .option('--json', 'print one JSON object instead of text')
  .action(async (accountId: string, eventId: string, options: { json?: boolean }) => {
    const { explain } = await import('./explain.ts')
    await explain(accountId, eventId, options)
  })

program
  .command('export')
  .description("export an account's movements of a period to a file, and print their sums")
  .requiredOption('--account <id>', 'account id')
  .requiredOption('--from <time>', 'recorded at this RFC 3339 instant or later; a date means its midnight in UTC')
  .requiredOption('--to <time>', 'recorded before this instant; a future one means now')
  .requiredOption('--output <file>', 'the file to write; an existing file is replaced once everything is written')
  .option('--format <format>', 'csv, or parquet with amounts as decimals and instants as timestamps', 'csv')
  .option('--json', 'print one JSON object')
  .action(async (options: ExportOptions) => {
    const { exportMovements } = await import('./export.ts')
    await exportMovements(options)
  })

program
  .command('epoch')
  .description('begin a new epoch after a database restore that Kafka offsets do not show')
  .command('raise')
  .description('raise the epoch, and republish every balance and service status')
  .requiredOption('--reason <text>', 'why, for the record', readReason)
  .action(async (options: { reason: string }) => {
    const { raiseEpoch } = await import('./epoch-raise.ts')
    await raiseEpoch(options)
  })

const deadLetters = program.command('dead-letters').description('inspect and replay messages that could not be rated')

deadLetters
  .command('list')
  .description('list dead letters, newest first')
  .option('--reason <reason>', 'only those of this reason')
  .option('--account <id>', 'only those of this account')
  .option('--since <time>', 'only those recorded since: a span such as 2h or 3d, an RFC 3339 instant or a date')
  .option('--topic <topic>', 'only those of this topic')
  .option('--all', 'include those already replayed')
  .option('--limit <count>', 'maximum number to list; defaults to 100')
  .option('--json', 'print one JSON object per line')
  .action(async (options: ListOptions) => {
    const { listLetters } = await import('./dead-letters-list.ts')
    await listLetters(options)
  })

deadLetters
  .command('show')
  .description('show everything known about a dead letter, with its value decoded')
  .argument('<position>', 'TOPIC/PARTITION/OFFSET')
  .option('--reveal', 'show telephone numbers, and values that cannot be decoded, in full')
  .action(async (position: string, options: { reveal?: boolean }) => {
    const { showLetter } = await import('./dead-letters-show.ts')
    await showLetter(position, options)
  })

deadLetters
  .command('replay')
  .description('send dead letters to their topics again, unchanged, once the cause is fixed')
  .option('--reason <reason>', 'only those of this reason; content_differs is left out unless requested here')
  .option('--account <id>', 'only those of this account')
  .option('--since <time>', 'only those recorded since: a span such as 2h or 3d, an RFC 3339 instant or a date')
  .option('--topic <topic>', 'only those of this topic')
  .option('--all', 'all, whatever their reason, account, time and topic')
  .option('--again', 'include those already replayed')
  .option('--yes', 'replay them; without it, only print how many would be replayed')
  .action(async (options: ReplayOptions) => {
    const { replayLetters } = await import('./dead-letters-replay.ts')
    await replayLetters(options)
  })

program
  .command('corrections')
  .description('inspect corrections that wait for their event')
  .command('list')
  .description('list corrections whose event has not arrived, oldest first')
  .option('--expired', 'instead list those that expired because the event never arrived')
  .option('--account <id>', 'only those of this account')
  .option('--older-than <span>', 'only those that arrived at least this long ago, such as 2h or 3d')
  .option('--json', 'print one JSON object per line')
  .action(async (options: CorrectionsOptions) => {
    const { listCorrections } = await import('./corrections-list.ts')
    await listCorrections(options)
  })

const sandbox = program
  .command('sandbox')
  .description('act as cardholder or bank at the sandbox payment provider, which moves no money')

const SANDBOX_ACTS: readonly (readonly [act: SandboxAct, description: string])[] = [
  ['approve', "approve a payment, as the cardholder would on the bank's page"],
  ['decline', 'decline a payment that waits for approval or is processing'],
  ['settle', 'end the processing of a payment now'],
  ['dispute', 'dispute a payment: the rest of it is withdrawn'],
  ['win', 'decide the dispute for the seller: the funds are reinstated'],
]

for (const [act, description] of SANDBOX_ACTS) {
  const command = sandbox.command(act).description(`sandbox: ${description}`).argument('<payment>', 'payment id')
  if (act === 'decline') command.option('--code <code>', 'decline code, such as insufficient_funds or lost_card')
  if (act === 'decline')
    command.option('--advice <code>', "the network's advice: do_not_try_again, try_again_later ...")
  command.option('--json', 'print the payment as one JSON object').action(actInSandbox)

  async function actInSandbox(paymentId: string, options: SandboxActOptions): Promise<void> {
    const { actOnPayment } = await import('./sandbox-payment.ts')
    await actOnPayment(act, paymentId, options)
  }
}

sandbox
  .command('refund')
  .description("sandbox: refund a payment, as in a provider's dashboard")
  .argument('<payment>', 'payment id')
  .argument('[amount]', 'decimal amount in the currency of the payment; defaults to the rest of it')
  .option('--json', 'print the payment as one JSON object')
  .action(async (paymentId: string, amount: string | undefined, options: SandboxActOptions) => {
    const { actOnPayment } = await import('./sandbox-payment.ts')
    await actOnPayment('refund', paymentId, { ...options, amount })
  })

sandbox
  .command('payments')
  .description('sandbox: list the payments with their states and sums')
  .option('--account <id>', 'only those of this account')
  .option('--json', 'print one JSON object per payment')
  .action(async (options: SandboxPaymentsOptions) => {
    const { listSandboxPayments } = await import('./sandbox-payments.ts')
    await listSandboxPayments(options)
  })

sandbox
  .command('outage')
  .description('sandbox: simulate faults of the provider, for every process; without an argument, list those in force')
  .argument('[what]', 'on, off, slow, timeout-before, timeout-after, twice')
  .option('--delay <ms>', 'delay of slow answers; defaults to 5000')
  .option('--times <count>', 'number of calls that are affected; without it, all until off')
  .option('--call <name>', 'only this call, such as confirm; defaults to confirm for timeouts, otherwise to any')
  .option('--json', 'print one JSON object per fault in force')
  .action(async (what: string | undefined, options: OutageOptions) => {
    const { orderOutage } = await import('./sandbox-outage.ts')
    await orderOutage(what, options)
  })

program
  .command('view')
  .description('maintain the live view in Redis')
  .command('rebuild')
  .description('rebuild the whole view from the database; until it is complete, reads go to the database')
  .action(async () => {
    const { rebuildWholeView } = await import('./view-rebuild.ts')
    await rebuildWholeView()
  })

program
  .command('migrate')
  .description('migrate the database to the schema of this version')
  .action(async () => {
    const { migrateDatabase } = await import('./migrate.ts')
    await migrateDatabase()
  })

program
  .command('verify')
  .description('verify the books of a running installation, online')
  .option('--rate <rows>', 'rows and messages read per second', '20000')
  .option('--json', 'print one JSON object per fault')
  .action(async (options: { rate: string; json?: boolean }) => {
    const { verifyBooks } = await import('./verify.ts')
    await verifyBooks(options)
  })

program
  .command('serve')
  .description('run the service: rate usage and publish the results, until SIGTERM')
  .action(async () => {
    const { serve } = await import('./serve.ts')
    await serve()
  })

/** Adds the options of commands that need consent because they could charge more than before. */
function withConsent(command: Command): Command {
  return command
    .option('--consent-by <person>', 'who agreed to be charged')
    .option('--consent-text <file>', 'the text that was agreed to')
    .option('--consent-text-version <version>', 'version of the text; derived from the text if absent')
    .option('--consent-locale <locale>', 'language of the text; defaults to en')
}

// Errors outside the awaited command, in a timer or stream, must not end in a stack trace either.
process.on('uncaughtException', (error) => {
  process.exit(reported(error))
})

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = reported(error)
}

/** Prints the error in one line and returns the exit code. */
function reported(error: unknown): number {
  // Commander has printed it already; its code is 0 for help and version.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (process.env.TOLLGATE_DEBUG === '1') console.error(error)
  // A refusal may list many faults, one per line; anything else is one line.
  else if (error instanceof CommandFailed) console.error(`tollgate: ${error.message}`)
  else console.error(`tollgate: ${messageOf(error).replaceAll(/\s*\n\s*/g, ' ')}`)
  return error instanceof CommandFailed ? error.exitCode : 1
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // A refused connection is an error per address tried, without a message of its own.
  if (error.message === '' && error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error.message || error.name
}
