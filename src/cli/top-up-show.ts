/** `tollgate top-up show TOP_UP`: a top-up's state, its payment attempts, and the movements they caused. */
import { formatMoney } from '../core/money.ts'
import {
  type ListedAttempt,
  type ListedMovement,
  type ListedTopUp,
  readTopUpHistory,
  type TopUpHistory,
} from '../ledger/top-ups/list-top-ups.ts'
import { type Columns, createListing, onOneLine } from './columns.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'
import { topUpJson } from './top-up-list.ts'

const ATTEMPTS: Columns<ListedAttempt> = [
  ['attempt', ({ number }) => String(number)],
  ['prepared at', ({ preparedAt }) => preparedAt],
  ['confirmed at', ({ confirmedAt }) => confirmedAt ?? '-'],
  ['amount', ({ amountMicros }) => formatMoney(amountMicros)],
  ['card', ({ brand, last4 }) => (last4 === null ? '-' : `${brand} ${last4}`)],
  ['outcome', ({ outcome }) => outcome ?? '-'],
  ['code', ({ code }) => code ?? '-'],
  ['payment', ({ provider, paymentId }) => `${provider} ${paymentId}`],
]

const MOVEMENTS: Columns<ListedMovement> = [
  ['movement', ({ sequence }) => String(sequence)],
  ['kind', ({ kind }) => kind],
  ['amount', ({ amountMicros }) => formatMoney(amountMicros)],
  ['balance after', ({ balanceAfterMicros }) => formatMoney(balanceAfterMicros)],
  ['of movement', ({ reversesSequence }) => (reversesSequence === null ? '-' : String(reversesSequence))],
  ['recorded at', ({ recordedAt }) => recordedAt],
]

export async function showTopUp(topUpId: string, { json }: { json?: boolean }): Promise<void> {
  await withDatabase(async (pool) => {
    const history = await readTopUpHistory(pool, topUpId)
    if (history === null) {
      throw new CommandFailed(`there is no top-up ${topUpId}: see "tollgate top-up list"`, 1)
    }
    await writeOutput(json ? `${JSON.stringify(historyJson(history))}\n` : historyText(history))
  })
}

function historyText({ topUp, attempts, movements }: TopUpHistory): string {
  const lines = topUpLines(topUp).map(([name, text]) => `${`${name}:`.padEnd(14)}${onOneLine(text)}\n`)
  if (attempts.length > 0) lines.push('\n', createListing(ATTEMPTS)(attempts))
  if (movements.length > 0) lines.push('\n', createListing(MOVEMENTS)(movements))
  return lines.join('')
}

function topUpLines(topUp: ListedTopUp): (readonly [name: string, text: string])[] {
  const { state, reason, trigger, actor, actionUntil } = topUp
  const lines: (readonly [name: string, text: string])[] = [
    ['top-up', topUp.topUpId],
    ['account', topUp.accountId],
    ['trigger', actor === null ? trigger : `${trigger}, by ${actor}`],
    ['state', reason === null ? state : `${state} (${reason})`],
    ['amount', `${formatMoney(topUp.amountMicros)} ${topUp.currency}`],
    ['requested at', topUp.requestedAt],
  ]
  if (state === 'needs_action') lines.push(['approval', `by ${actionUntil ?? '-'} at ${topUp.actionUrl ?? '-'}`])
  lines.push(topUp.nextLookAt === null ? ['ended at', topUp.updatedAt] : ['next check at', topUp.nextLookAt])
  return lines
}

function historyJson({ topUp, attempts, movements }: TopUpHistory) {
  return {
    ...topUpJson(topUp),
    attempts: attempts.map((one) => ({
      attempt: one.number,
      attempt_id: one.attemptId,
      provider: one.provider,
      payment_id: one.paymentId,
      amount: formatMoney(one.amountMicros),
      method_id: one.methodId,
      brand: one.brand,
      last4: one.last4,
      prepared_at: one.preparedAt,
      confirmed_at: one.confirmedAt,
      outcome: one.outcome,
      code: one.code,
    })),
    movements: movements.map((one) => ({
      sequence: Number(one.sequence),
      kind: one.kind,
      amount: formatMoney(one.amountMicros),
      balance_after: formatMoney(one.balanceAfterMicros),
      reverses_sequence: one.reversesSequence === null ? null : Number(one.reversesSequence),
      recorded_at: one.recordedAt,
    })),
  }
}
