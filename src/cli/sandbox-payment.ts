/**
 * `tollgate sandbox approve|decline|settle|refund|dispute|win PAYMENT`: plays the cardholder, the bank or the seller.
 */
import { formatMoney, type Micros, parseMoney } from '../core/money.ts'
import type { SandboxDesk } from '../payments/providers/sandbox/desk.ts'
import { NotPossible, type SandboxPayment, sumOf } from '../payments/providers/sandbox/payment.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { declineCodeOf, sandboxPaymentJson, withSandboxDesk } from './sandbox-desk.ts'

export type SandboxAct = 'approve' | 'decline' | 'settle' | 'refund' | 'dispute' | 'win'

export interface SandboxActOptions {
  /** For a refund; default: all that is left. */
  readonly amount?: string | undefined
  readonly code?: string
  readonly advice?: string
  readonly json?: boolean
}

export async function actOnPayment(act: SandboxAct, paymentId: string, options: SandboxActOptions): Promise<void> {
  const amountMicros = options.amount === undefined ? null : readAmount(options.amount)
  await withSandboxDesk(async (desk) => {
    const payment = await carryOut(desk, act, paymentId, amountMicros, options).catch((error) => {
      if (error instanceof NotPossible) throw new CommandFailed(`sandbox payment ${paymentId}: ${error.message}`, 1)
      throw error
    })
    await writeOutput(options.json ? sandboxPaymentJson(payment) : sentenceOf(payment))
  })
}

function carryOut(
  desk: SandboxDesk,
  act: SandboxAct,
  paymentId: string,
  amountMicros: Micros | null,
  { code, advice }: SandboxActOptions,
): Promise<SandboxPayment> {
  if (act === 'refund') return desk.refund(paymentId, amountMicros)
  if (act !== 'decline') return desk[act](paymentId)
  const isUsual = code === undefined && advice === undefined
  const codes = { code: 'card_declined', declineCode: code ?? 'generic_decline', adviceCode: advice ?? null }
  return desk.decline(paymentId, isUsual ? null : codes)
}

function readAmount(text: string): Micros {
  const micros = parseMoney(text)
  if (micros !== null && micros > 0n && micros % 10_000n === 0n) return micros
  throw new CommandFailed(`${text} is not an amount above 0 with at most 2 decimals`, 2)
}

function sentenceOf(payment: SandboxPayment): string {
  const code = declineCodeOf(payment)
  const figures = [
    `charged ${formatMoney(sumOf('charge', payment))}`,
    `refunded ${formatMoney(-sumOf('refund', payment))}`,
    `disputed ${formatMoney(-sumOf('dispute', payment))}`,
  ]
  const state = code === null ? payment.state : `${payment.state} (${code})`
  return `sandbox payment ${payment.paymentId}: ${state}, ${figures.join(', ')} ${payment.currency}\n`
}
