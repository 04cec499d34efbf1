/**
 * `tollgate accounts credit ACCOUNT AMOUNT --reason --actor`: an adjustment; opening credit is one like any other. Under one
 * `--request-id` it is posted once, however often the command is run.
 */
import { randomUUID } from 'node:crypto'
import { formatMoney, parseMoney } from '../core/money.ts'
import { adjustCredit } from '../ledger/adjust-credit.ts'
import { isRequestKey } from '../ledger/request-keys.ts'
import { mayBeCommitted } from '../platform/postgres.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'

export interface CreditOptions {
  readonly reason: string
  readonly actor: string
  readonly requestId?: string
}

export async function creditAccount(accountId: string, amount: string, options: CreditOptions): Promise<void> {
  const { reason, actor, requestId = randomUUID() } = options
  const amountMicros = parseMoney(amount)
  if (amountMicros === null || amountMicros === 0n) {
    throw new CommandFailed(
      `${amount} is not an amount: a decimal other than 0, with at most 6 digits after the point`,
      2,
    )
  }
  if (!isRequestKey(requestId)) throw new CommandFailed('--request-id takes 1 to 200 printable ASCII characters', 2)
  const howToRepeat = `run the same command again with --request-id ${inShell(requestId)}`
  // Before the work: whoever is cut off in the middle must have it already.
  if (options.requestId === undefined) {
    process.stderr.write(`request id ${requestId}; if this is interrupted, ${howToRepeat}: it is posted once\n`)
  }
  await withLedger(async (writer) => {
    const adjusted = await adjustCredit(writer, { accountId, amountMicros, reason, actor }, requestId).catch(
      (error) => {
        if (!mayBeCommitted(error)) throw error
        throw new CommandFailed(
          `the connection to the database was lost, and the credit may have been posted: ${howToRepeat}, which posts it if it was not`,
          1,
        )
      },
    )
    if ('refused' in adjusted) throw new CommandFailed(whyRefused(adjusted.refused, accountId, requestId), 1)
    const { balanceMicros, currency, sequence } = adjusted.answer
    if (adjusted.isRepeat)
      process.stderr.write('it was posted before under this request id; this is the first answer\n')
    console.log(`${accountId}: movement ${sequence}, balance ${formatMoney(balanceMicros)} ${currency}`)
  })
}

function whyRefused(refused: 'unknown_account' | 'request_key_reused', accountId: string, requestId: string): string {
  return refused === 'unknown_account'
    ? `there is no account ${accountId}`
    : `request id ${requestId} was used for another amount, reason or actor; nothing was posted`
}

/** As it can be pasted into a shell. */
function inShell(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
