/**
 * `tollgate top-up now ACCOUNT AMOUNT`: requests a manual top-up, regardless of automatic ones. Under one
 * `--request-id` it is requested once, however often the command runs.
 */
import { formatMoney, parseMoney } from '../core/money.ts'
import { requestTopUp } from '../ledger/top-ups/request-top-up.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { readBounds, withLedger } from './connected.ts'
import { takeRequestId } from './request-id.ts'
import { refusal } from './top-up-refusals.ts'
import { overviewOf } from './top-up-settings.ts'

export interface TopUpNowOptions {
  readonly method?: string
  readonly actor: string
  readonly requestId?: string
  readonly json?: boolean
}

export async function topUpNow(accountId: string, amount: string, options: TopUpNowOptions): Promise<void> {
  const { method: methodId = null, actor, json } = options
  const amountMicros = parseMoney(amount)
  if (amountMicros === null || amountMicros <= 0n) {
    throw new CommandFailed(`${amount} is not an amount: give a decimal above 0, such as 25.00`, 2)
  }
  const request = takeRequestId(options.requestId, 'it is requested', 'the top-up may have been requested')
  const { requestId } = request
  const bounds = readBounds()
  await withLedger(async (writer) => {
    const { currency } = await overviewOf(writer.pool, accountId)
    const wanted = { accountId, amountMicros, methodId, actor }
    const requested = await request.once(requestTopUp(writer, wanted, requestId, bounds))
    if ('refused' in requested) {
      const isNamed = requested.refused === 'no_method' && methodId !== null
      throw refusal(isNamed ? 'unknown_method' : requested.refused, accountId, currency)
    }
    const { topUpId } = requested.answer
    if (requested.isRepeat) process.stderr.write('it had already been requested under this request id\n')
    await writeOutput(
      json
        ? `${JSON.stringify({
            account_id: accountId,
            top_up_id: topUpId,
            amount: formatMoney(amountMicros),
            currency,
            request_id: requestId,
            repeated: requested.isRepeat,
          })}\n`
        : `${accountId}: top-up ${topUpId} of ${formatMoney(amountMicros)} ${currency} requested\n`,
    )
  })
}
