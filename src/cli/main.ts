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

const VERBOSE = ['--verbose', 'print all faults of a file, not only the first 20'] as const
const AS_JSON = ['--json', 'print one JSON object a line: all faults, or what was done'] as const

const program = new Command('tollgate')
  .description(packageJson.description)
  .version(packageJson.version)
  // Inherited by subcommands: commander throws instead of exiting with a code of its own.
  .exitOverride()
  .showHelpAfterError('(--help lists what there is)')
  .addHelpText(
    'after',
    '\nrate and catalog check work on files alone. All others read where the installation is from TOLLGATE_* variables;' +
      '\ndocs/OPERATIONS.md lists them.',
  )
  .addHelpText('after', '\nExit code: 0 done, 1 the work failed, 2 wrong usage or input files that are not valid.')

program
  .command('rate')
  .description('rate usage events offline: JSON lines in, one result a line out')
  .requiredOption('--catalog <dir>', 'catalog directory')
  .requiredOption('--accounts <file>', 'accounts file')
  .requiredOption('--events <file>', 'usage events, one JSON object a line; - for standard input')
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
  .option('--json', 'print all faults as JSON, one object a line')
  .action(async (directory: string, options: FaultOptions) => {
    const { checkCatalog } = await import('./catalog-check.ts')
    await checkCatalog(directory, options)
  })

catalog
  .command('publish')
  .description('store a catalog as a new version')
  .argument('<dir>', 'catalog directory')
  .option('--author <name>', 'who publishes it')
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
  .action(async (version: string, options: PublishOptions) => {
    const { rollBackCatalog } = await import('./catalog-rollback.ts')
    await rollBackCatalog(version, options)
  })

const accounts = program.command('accounts').description('set up and close accounts, and adjust their credit')

accounts
  .command('apply')
  .description('create the accounts of a file, or change them to what it says; what it leaves out stays as it is')
  .argument('<file>', 'accounts file')
  .option('--actor <name>', 'who changes them')
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
  .argument('<amount>', 'decimal amount in the currency of the account; below zero takes credit')
  .requiredOption('--reason <text>', 'why, for the statement')
  .requiredOption('--actor <name>', 'who adjusts it')
  .option('--request-id <id>', 'under one id it is posted once, however often this is run; made up when absent')
  .action(async (accountId: string, amount: string, options: CreditOptions) => {
    const { creditAccount } = await import('./accounts-credit.ts')
    await creditAccount(accountId, amount, options)
  })

accounts
  .command('alert-levels')
  .description('set the balances at which an account is alerted')
  .argument('<account>', 'account id')
  .option('--low <amount>', 'alert when the balance falls below it; default for 10 units of the currency')
  .option('--custom <amount>', "the customer's own level; none for none")
  .requiredOption('--actor <name>', 'who sets them')
  .action(async (accountId: string, options: AlertLevelOptions) => {
    const { setAlertLevels } = await import('./accounts-alert-levels.ts')
    await setAlertLevels(accountId, options)
  })

accounts
  .command('close')
  .description('close an account: nothing is charged any more, and late usage is still debited')
  .argument('<account>', 'account id')
  .requiredOption('--actor <name>', 'who closes it')
  .action(async (accountId: string, options: { actor: string }) => {
    const { closeAccount } = await import('./accounts-close.ts')
    await closeAccount(accountId, options)
  })

const topUp = program.command('top-up').description('automatic top-up, and credit added by hand')

withConsent(
  topUp
    .command('settings')
    .description('show how automatic top-up of an account stands; with options, change it: what is not named stays')
    .argument('<account>', 'account id')
    .option('--on', 'charge while the balance is below the threshold')
    .option('--off', 'charge nothing automatically')
    .option('--threshold <amount>', 'decimal amount in the currency of the account')
    .option('--amount <amount>', 'what each automatic top-up charges')
    .option('--cap <amount>', 'the most charged automatically in a UTC month; none for none'),
)
  .option('--actor <name>', 'who changes it; vouches for the consent')
  .option('--request-id <id>', 'under one id it is saved once, however often this is run')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: SettingsOptions) => {
    const { autoTopUpSettings } = await import('./top-up-settings.ts')
    await autoTopUpSettings(accountId, options)
  })

withConsent(
  topUp
    .command('resume')
    .description('end a pause of automatic top-up, with a consent; the settings stay')
    .argument('<account>', 'account id'),
)
  .requiredOption('--actor <name>', 'who resumes it; vouches for the consent')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: ResumeOptions) => {
    const { resumeAutoTopUp } = await import('./top-up-resume.ts')
    await resumeAutoTopUp(accountId, options)
  })

topUp
  .command('now')
  .description('ask for a payment by hand')
  .argument('<account>', 'account id')
  .argument('<amount>', 'decimal amount in the currency of the account')
  .option('--method <id>', 'the card to charge; the default one without it')
  .requiredOption('--actor <name>', 'who asks for it')
  .option('--request-id <id>', 'under one id it is requested once, however often this is run; made up when absent')
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
  .option('--limit <count>', 'how many to list, 100 without it')
  .option('--json', 'print one JSON object a line')
  .action(async (options: TopUpListOptions) => {
    const { listAllTopUps } = await import('./top-up-list.ts')
    await listAllTopUps(options)
  })

topUp
  .command('show')
  .description('show a top-up: its attempts, their outcomes, and what they moved')
  .argument('<top-up>', 'top-up id')
  .option('--json', 'print one JSON object')
  .action(async (topUpId: string, options: { json?: boolean }) => {
    const { showTopUp } = await import('./top-up-show.ts')
    await showTopUp(topUpId, options)
  })

const paymentMethod = program
  .command('payment-method')
  .description('the saved cards of an account')
  // Commander repeats arguments that it does not understand, and they may be a card number.
  .configureOutput({ outputError: (text, write) => write(text.replaceAll(/\d{4,}/g, '…')) })

withConsent(
  paymentMethod
    .command('add')
    .description('sandbox: save a test card, which moves no money; the first one becomes the default')
    .argument('<account>', 'account id')
    .requiredOption('--number <number>', 'a public test number such as 4242424242424242; any other is refused')
    .requiredOption('--expiry <MM/YY>', 'month and year, as in 08/29')
    .option('--default', 'automatic top-ups charge it from now on'),
)
  .requiredOption('--actor <name>', 'who adds it; vouches for the consent')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, options: AddMethodOptions) => {
    const { addMethod } = await import('./payment-method-add.ts')
    await addMethod(accountId, options)
  })

paymentMethod
  .command('list')
  .description('list the cards of an account, oldest first')
  .argument('<account>', 'account id')
  .option('--json', 'print one JSON object a line')
  .action(async (accountId: string, options: { json?: boolean }) => {
    const { listPaymentMethods } = await import('./payment-method-list.ts')
    await listPaymentMethods(accountId, options)
  })

paymentMethod
  .command('remove')
  .description('remove a card; no other becomes the default by it')
  .argument('<account>', 'account id')
  .argument('<method>', 'id of the card')
  .requiredOption('--actor <name>', 'who removes it')
  .option('--json', 'print one JSON object')
  .action(async (accountId: string, methodId: string, options: { actor: string; json?: boolean }) => {
    const { removeMethod } = await import('./payment-method-remove.ts')
    await removeMethod(accountId, methodId, options)
  })

const mail = program.command('mail').description('mail to the contacts of accounts')

mail
  .command('list')
  .description('list mails, newest first: who of which account gets what, and what servers had against it')
  .option('--state <state>', 'only waiting, sent, refused or dropped ones')
  .option('--account <id>', 'only of this account')
  .option('--limit <count>', 'how many at the most (100)')
  .option('--json', 'print one JSON object a line')
  .action(async (options: MailListOptions) => {
    const { listMail } = await import('./mail-list.ts')
    await listMail(options)
  })

const apiKey = program.command('api-key').description('credentials of services for the API; the first one is made here')

apiKey
  .command('create')
  .description('make a key and print its token, which is shown this once')
  .argument('<name>', 'what it is for; on record for what is changed by it')
  .requiredOption(
    '--scopes <scopes>',
    'read, write, pay, export, portal_sessions, accounts, adjust, catalogs, dead_letters, api_keys; by commas',
  )
  .option('--accounts <ids>', 'the accounts that it may see, by commas')
  .option('--all-accounts', 'all accounts, and the installation')
  .requiredOption('--actor <name>', 'who makes it')
  .option('--json', 'print one JSON object')
  .action(async (name: string, options: CreateKeyOptions) => {
    const { createKey } = await import('./api-key-create.ts')
    await createKey(name, options)
  })

apiKey
  .command('list')
  .description('list the keys, newest first, revoked ones too')
  .option('--json', 'print one JSON object a line')
  .action(async (options: { json?: boolean }) => {
    const { listKeys } = await import('./api-key-list.ts')
    await listKeys(options)
  })

apiKey
  .command('rotate')
  .description('give a key another secret and print the new token, which is shown this once')
  .argument('<key>', 'id of the key')
  .requiredOption('--overlap <span>', 'how long the secret before stays valid: 2h, 3d; 0s ends it at once')
  .requiredOption('--actor <name>', 'who rotates it')
  .option('--json', 'print one JSON object')
  .action(async (keyId: string, options: RotateKeyOptions) => {
    const { rotateKey } = await import('./api-key-rotate.ts')
    await rotateKey(keyId, options)
  })

apiKey
  .command('revoke')
  .description('let no request in by a key any more')
  .argument('<key>', 'id of the key')
  .requiredOption('--actor <name>', 'who revokes it')
  .option('--json', 'print one JSON object')
  .action(async (keyId: string, options: { actor: string; json?: boolean }) => {
    const { revokeKey } = await import('./api-key-revoke.ts')
    await revokeKey(keyId, options)
  })

program
  .command('portal-link')
  .description('make a link that opens the billing page as a person of an account: once, within five minutes')
  .requiredOption('--account <id>', 'the account')
  .requiredOption('--person <id>', 'who opens it, as their dashboard knows them; on record for what they do')
  .option('--name <name>', 'what they are called on the page; the id without it')
  .requiredOption('--role <role>', 'admin, who may change and pay, or member')
  .option('--locale <locale>', 'of the page; without it that of the contact of this id, or of the installation')
  .requiredOption('--actor <name>', 'who vouches for the person')
  .option('--json', 'print one JSON object')
  .action(async (options: PortalLinkOptions) => {
    const { makePortalLink } = await import('./portal-link.ts')
    await makePortalLink(options)
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
  .command('export')
  .description("write an account's movements of a period into a file, and print how they add up")
  .requiredOption('--account <id>', 'account id')
  .requiredOption('--from <time>', 'recorded at this RFC 3339 instant or later; a date is its midnight in UTC')
  .requiredOption('--to <time>', 'recorded before this instant; one to come stands for now')
  .requiredOption('--output <file>', 'where it goes; what is there is replaced once all is written')
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
  .requiredOption('--reason <text>', 'why, for those who look at it later')
  .action(async (options: { reason: string }) => {
    const { raiseEpoch } = await import('./epoch-raise.ts')
    await raiseEpoch(options)
  })

const deadLetters = program.command('dead-letters').description('look at what could not be rated, and replay it')

deadLetters
  .command('list')
  .description('list dead letters, newest first')
  .option('--reason <reason>', 'only those of this reason')
  .option('--account <id>', 'only those of this account')
  .option('--since <time>', 'only those noted since: a span such as 2h or 3d, an RFC 3339 instant or a date')
  .option('--topic <topic>', 'only those of this topic')
  .option('--all', 'also those replayed already')
  .option('--limit <count>', 'how many to list, 100 without it')
  .option('--json', 'print one JSON object a line')
  .action(async (options: ListOptions) => {
    const { listLetters } = await import('./dead-letters-list.ts')
    await listLetters(options)
  })

deadLetters
  .command('show')
  .description('show all that is known of one, its value decoded')
  .argument('<position>', 'TOPIC/PARTITION/OFFSET')
  .option('--reveal', 'show telephone numbers, and values that cannot be decoded, in full')
  .action(async (position: string, options: { reveal?: boolean }) => {
    const { showLetter } = await import('./dead-letters-show.ts')
    await showLetter(position, options)
  })

deadLetters
  .command('replay')
  .description('send messages to their topics again as they came, once the cause is mended')
  .option('--reason <reason>', 'only those of this reason; content_differs are left out without it')
  .option('--account <id>', 'only those of this account')
  .option('--since <time>', 'only those noted since: a span such as 2h or 3d, an RFC 3339 instant or a date')
  .option('--topic <topic>', 'only those of this topic')
  .option('--all', 'whatever their reason, account, time and topic')
  .option('--again', 'also those replayed already')
  .option('--yes', 'do it; without it, only say what would be done')
  .action(async (options: ReplayOptions) => {
    const { replayLetters } = await import('./dead-letters-replay.ts')
    await replayLetters(options)
  })

program
  .command('corrections')
  .description('look at corrections that wait for their event')
  .command('list')
  .description('list corrections whose event has not come, oldest first')
  .option('--expired', 'those that expired because it never came, instead')
  .option('--account <id>', 'only those of this account')
  .option('--older-than <span>', 'only those that came at least so long ago: 2h, 3d')
  .option('--json', 'print one JSON object a line')
  .action(async (options: CorrectionsOptions) => {
    const { listCorrections } = await import('./corrections-list.ts')
    await listCorrections(options)
  })

const sandbox = program
  .command('sandbox')
  .description('stand in for cardholders and banks at the sandbox payment provider, which moves no money')

const SANDBOX_ACTS: readonly (readonly [act: SandboxAct, description: string])[] = [
  ['approve', "approve a payment, as the cardholder would on the bank's page"],
  ['decline', 'decline a payment that waits for approval or is processing'],
  ['settle', 'end the processing of a payment now'],
  ['dispute', 'dispute a payment: what is left of it is withdrawn'],
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
  .description('sandbox: refund a payment, as at the dashboard of a provider')
  .argument('<payment>', 'payment id')
  .argument('[amount]', 'decimal amount in the currency of the payment; all that is left without it')
  .option('--json', 'print the payment as one JSON object')
  .action(async (paymentId: string, amount: string | undefined, options: SandboxActOptions) => {
    const { actOnPayment } = await import('./sandbox-payment.ts')
    await actOnPayment('refund', paymentId, { ...options, amount })
  })

sandbox
  .command('payments')
  .description('sandbox: list the payments with their states, and what they come to')
  .option('--account <id>', 'only those of this account')
  .option('--json', 'print one JSON object a payment')
  .action(async (options: SandboxPaymentsOptions) => {
    const { listSandboxPayments } = await import('./sandbox-payments.ts')
    await listSandboxPayments(options)
  })

sandbox
  .command('outage')
  .description('sandbox: order faults of the provider, for every process; without a word, list those in force')
  .argument('[what]', 'on, off, slow, timeout-before, timeout-after, twice')
  .option('--delay <ms>', 'how much later slow answers come, 5000 without it')
  .option('--times <count>', 'so many calls; until off without it')
  .option('--call <name>', 'only this call, such as confirm; for time-outs confirm without it, for the others any')
  .option('--json', 'print one JSON object a fault in force')
  .action(async (what: string | undefined, options: OutageOptions) => {
    const { orderOutage } = await import('./sandbox-outage.ts')
    await orderOutage(what, options)
  })

program
  .command('view')
  .description('look after the live view in Redis')
  .command('rebuild')
  .description('write the whole view anew from the database; until it is done the database answers')
  .action(async () => {
    const { rebuildWholeView } = await import('./view-rebuild.ts')
    await rebuildWholeView()
  })

program
  .command('migrate')
  .description('bring the database to the schema of this version')
  .action(async () => {
    const { migrateDatabase } = await import('./migrate.ts')
    await migrateDatabase()
  })

program
  .command('verify')
  .description('prove the books of a running installation, online')
  .option('--rate <rows>', 'rows and messages read a second', '20000')
  .option('--json', 'print one JSON object a fault')
  .action(async (options: { rate: string; json?: boolean }) => {
    const { verifyBooks } = await import('./verify.ts')
    await verifyBooks(options)
  })

program
  .command('serve')
  .description('run the service: rate usage and publish what comes of it, until SIGTERM')
  .action(async () => {
    const { serve } = await import('./serve.ts')
    await serve()
  })

/** Adds the options of commands that need consent because they could charge more than before. */
function withConsent(command: Command): Command {
  return command
    .option('--consent-by <person>', 'who agreed to be charged')
    .option('--consent-text <file>', 'the text that was agreed to')
    .option('--consent-text-version <version>', 'its version; made from the text when absent')
    .option('--consent-locale <locale>', 'its language, en without it')
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
