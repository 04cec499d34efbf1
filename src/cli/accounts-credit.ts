/** `tollgate accounts credit ACCOUNT AMOUNT --reason --actor`: an adjustment; opening credit is one like any other. */
import { formatMoney, parseMoney } from '../core/money.ts'
import { adjustCredit } from '../ledger/adjust-credit.ts'
import { CommandFailed } from './command.ts'
import { withLedger } from './connected.ts'

export async function creditAccount(
  accountId: string,
  amount: string,
  { reason, actor }: { reason: string; actor: string },
): Promise<void> {
  const amountMicros = parseMoney(amount)
  if (amountMicros === null || amountMicros === 0n) {
    throw new CommandFailed(
      `${amount} is not an amount: a decimal other than 0, with at most 6 digits after the point`,
      2,
    )
  }
  await withLedger(async (pool, encode, recordTopics) => {
    const adjusted = await adjustCredit(pool, encode, { accountId, amountMicros, reason, actor }, recordTopics)
    if (adjusted === null) throw new CommandFailed(`there is no account ${accountId}`, 1)
    const { balanceMicros, currency, sequence } = adjusted
    console.log(`${accountId}: movement ${sequence}, balance ${formatMoney(balanceMicros)} ${currency}`)
  })
}
