/** `tollgate payment-method remove ACCOUNT METHOD`: the card is not charged any more. */
import { removePaymentMethod } from '../ledger/top-ups/payment-methods.ts'
import { methodJson } from './auto-top-up-text.ts'
import { writeOutput } from './command.ts'
import { withLedger } from './connected.ts'
import { unlessCutOff } from './request-id.ts'
import { refusal } from './top-up-refusals.ts'
import { overviewOf } from './top-up-settings.ts'

export async function removeMethod(
  accountId: string,
  methodId: string,
  { actor, json }: { actor: string; json?: boolean },
): Promise<void> {
  await withLedger(async (writer) => {
    const { currency } = await overviewOf(writer.pool, accountId)
    const removed = await unlessCutOff(
      removePaymentMethod(writer, { accountId, methodId, actor }),
      `it may have been removed: check with "tollgate payment-method list ${accountId}"`,
    )
    if ('refused' in removed) throw refusal(removed.refused, accountId, currency)
    if (removed.answer === null) throw refusal('unknown_method', accountId, currency)
    const { method, isTurnedOff } = removed.answer
    if (isTurnedOff) process.stderr.write('automatic top-up charged this card and is now off\n')
    await writeOutput(
      json
        ? `${JSON.stringify({ account_id: accountId, ...methodJson(method), removed: true, turned_off: isTurnedOff })}\n`
        : `${accountId}: ${method.brand} ending in ${method.last4} removed (${methodId})\n`,
    )
  })
}
