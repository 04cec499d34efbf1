/** `tollgate payment-method remove ACCOUNT METHOD`: a card that is not charged any more. */
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
    const { currency, settings } = await overviewOf(writer.pool, accountId)
    const removed = await unlessCutOff(
      removePaymentMethod(writer, { accountId, methodId, actor }),
      `it may have been removed: "tollgate payment-method list ${accountId}" shows what there is`,
    )
    if ('refused' in removed) throw refusal(removed.refused, accountId, currency)
    const method = removed.answer
    if (method === null) throw refusal('unknown_method', accountId, currency)
    if (method.isDefault && settings?.isOn) {
      process.stderr.write('automatic top-up has no card now, and charges nothing until it has another one\n')
    }
    await writeOutput(
      json
        ? `${JSON.stringify({ account_id: accountId, ...methodJson(method), removed: true })}\n`
        : `${accountId}: ${method.brand} that ends in ${method.last4} removed (${methodId})\n`,
    )
  })
}
