/**
 * `tollgate accounts credit ACCOUNT AMOUNT --reason --actor`: posts an adjustment, opening credit included. Under one
 * `--request-id` it is posted once, however often the command runs.
 */
import { formatMoney, parseMoney } from '../core/money.ts'
import { adjustCredit } from '../ledger/accounts/adjust-credit.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'
import { takeRequestId } from './request-id.ts'

export interface CreditOptions {
  readonly reason: string
  readonly actor: string
  readonly requestId?: string
}

export async function creditAccount(accountId: string, amount: string, options: CreditOptions): Promise<void> {
  const { reason, actor } = options
  const amountMicros = parseMoney(amount)
  if (amountMicros === null || amountMicros === 0n) {
    throw new CommandFailed(`${amount} is not an amount: give a decimal other than 0, with at most 6 decimals`, 2)
  }
  const request = takeRequestId(options.requestId, 'it is posted', 'the credit may have been posted')
  const { requestId } = request
  await withLedger(async (writer) => {
    const adjusted = await request.once(adjustCredit(writer, { accountId, amountMicros, reason, actor }, requestId))
    if ('refused' in adjusted) throw new CommandFailed(whyRefused(adjusted.refused, accountId, requestId), 1)
    const { balanceMicros, currency, sequence } = adjusted.answer
    if (adjusted.isRepeat)
      process.stderr.write('it had already been posted under this request id; this is the original result\n')
    console.log(`${accountId}: movement ${sequence}, balance ${formatMoney(balanceMicros)} ${currency}`)
  })
}

function whyRefused(refused: 'unknown_account' | 'request_key_reused', accountId: string, requestId: string): string {
  return refused === 'unknown_account'
    ? `there is no account ${accountId}`
    : `request id ${requestId} was already used with another amount, reason or actor; nothing was posted`
}
