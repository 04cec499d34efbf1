/** `tollgate payment-method list ACCOUNT`: the saved cards of an account, oldest first. */
import { type PaymentMethod, readSavedMethods } from '../ledger/top-ups/payment-methods.ts'
import { expiryText, methodJson } from './auto-top-up-text.ts'
import { type Columns, createListing } from './columns.ts'
import { counted, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { overviewOf } from './top-up-settings.ts'

const COLUMNS: Columns<PaymentMethod> = [
  ['method', ({ methodId }) => methodId],
  ['provider', ({ provider }) => provider],
  ['card', ({ brand }) => brand],
  ['ends in', ({ last4 }) => last4],
  ['expires', ({ expiryMonth, expiryYear }) => expiryText(expiryMonth, expiryYear)],
  ['default', ({ isDefault }) => (isDefault ? 'yes' : 'no')],
]

export async function listPaymentMethods(accountId: string, { json }: { json?: boolean }): Promise<void> {
  await withDatabase(async (pool) => {
    // An unknown account is an error, not an empty list.
    await overviewOf(pool, accountId)
    const methods = await readSavedMethods(pool, accountId)
    await writeOutput(
      json
        ? methods.map((one) => `${JSON.stringify({ ...methodJson(one), default: one.isDefault })}\n`).join('')
        : createListing(COLUMNS)(methods),
    )
    process.stderr.write(`${counted(methods.length, 'card')}\n`)
  })
}
