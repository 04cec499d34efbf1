/**
 * `tollgate payment-method add ACCOUNT --number --expiry`: saves a card at the sandbox, which moves no money and takes
 * only test numbers. The number goes only to the sandbox, which does not keep it; it appears in no message, log or
 * table.
 */
import { randomUUID } from 'node:crypto'
import { needsConsent } from '../core/top-up/settings.ts'
import { addPaymentMethod, rememberCustomer } from '../ledger/top-ups/payment-methods.ts'
import { expiryText, methodJson } from './auto-top-up-text.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { withLedger } from './connected.ts'
import { type ConsentOptions, consentFor, readConsent } from './consent.ts'
import { unlessCutOff } from './request-id.ts'
import { withSandboxDesk } from './sandbox-desk.ts'
import { refusal } from './top-up-refusals.ts'
import { overviewOf } from './top-up-settings.ts'

export interface AddMethodOptions extends ConsentOptions {
  readonly number: string
  readonly expiry: string
  readonly default?: boolean
  readonly actor: string
  readonly json?: boolean
}

export async function addMethod(accountId: string, options: AddMethodOptions): Promise<void> {
  const { number, actor, json } = options
  const expiry = readExpiry(options.expiry)
  const given = readConsent(options)
  await withLedger(async (writer) => {
    const before = await overviewOf(writer.pool, accountId)
    const { settings, currency, memory } = before
    if (before.isClosed) throw refusal('account_closed', accountId, currency)
    const methodId = randomUUID()
    // The first card is the default.
    const isDefault = options.default === true || before.methodId === null
    const consent = isDefault && settings !== null ? consentFor(given, settings, methodId, actor) : null
    // Checked before the card is saved at the sandbox, where it would otherwise be left behind unknown to us.
    if (isDefault && consent === null && needsConsent(before, { settings, methodId, memory })) {
      throw refusal('consent_needed', accountId, currency)
    }
    const added = await withSandboxDesk((desk) => desk.addTestCard({ accountId, number, ...expiry }))
    if (added.kind === 'refused') throw new CommandFailed(added.detail, 2)
    const { customerId, method: card } = added
    await rememberCustomer(writer.pool, { provider: 'sandbox', accountId, customerId })
    const method = { ...card, methodId, provider: 'sandbox', isDefault }
    const stored = await unlessCutOff(
      addPaymentMethod(writer, { accountId, method, consent, actor }),
      `the card may have been saved: check with "tollgate payment-method list ${accountId}"`,
    )
    if ('refused' in stored) throw refusal(stored.refused, accountId, currency)
    process.stderr.write('this is a sandbox card: no money moves\n')
    if (stored.answer.isResumed) process.stderr.write('automatic top-up has resumed with this card\n')
    const text = `${card.brand} ending in ${card.last4}, expires ${expiryText(card.expiryMonth, card.expiryYear)}`
    await writeOutput(
      json
        ? `${JSON.stringify({ account_id: accountId, ...methodJson(method), default: isDefault })}\n`
        : `${accountId}: ${text} saved at sandbox${isDefault ? ', the default' : ''} (${methodId})\n`,
    )
  })
}

function readExpiry(text: string): { readonly expiryMonth: number; readonly expiryYear: number } {
  const [, month, year] = /^(\d{2})\/(\d{2})$/.exec(text) ?? []
  // Not repeated, because someone who mixed up the options has typed the card number here.
  if (month === undefined) throw new CommandFailed('--expiry must be a month and a year, as in 08/29', 2)
  return { expiryMonth: Number(month), expiryYear: 2000 + Number(year) }
}
