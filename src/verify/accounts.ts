/**
 * Verifies B and F of docs/INVARIANTS.md: the movements of every account form a chain without gaps that ends at its balance, each movement matches
 * its origin, and the status matches the balance. Also part of E: the movements of top-ups match their payments.
 *
 * Runs online and without locks. A movement is committed together with the account row that counts it, and never changes. So
 * once the row is read, all movements up to its last sequence are there; later ones are ignored. Movements are read in pages by
 * key, so an account with millions of movements needs no more memory than one with ten.
 */
import { formatMoney } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import { verifyAutoTopUp } from './auto-top-up.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'
import { createPaymentSums } from './payment-sums.ts'

const ACCOUNTS_PER_PAGE = 1_000
const MOVEMENTS_PER_PAGE = 5_000
/** Greater than any sequence: skips the account with which the previous page ended. */
const MAX_SEQUENCE = 9_223_372_036_854_775_807n

const READ_ACCOUNTS = `
  select account_id, balance_micros, last_sequence, status
    from tollgate.accounts
   where account_id > $1
   order by account_id
   limit $2`

/** Movements with the amounts and references that their usage has. */
const READ_MOVEMENTS = `
  select m.account_id, m.sequence, m.kind, m.amount_micros, m.balance_before_micros, m.balance_after_micros, m.event_id,
         m.top_up_id, r.movement_sequence, r.amount_micros as rated_micros, o.event_id as reversed_event_id, r.corrects
    from (
      select * from tollgate.movements
       where account_id <= $1 and (account_id, sequence) > ($2, $3::bigint)
       order by account_id, sequence
       limit $4
    ) as m
    left join tollgate.rated_usage r
      on r.account_id = m.account_id and r.event_id = m.event_id and r.recorded_at = m.recorded_at
    left join tollgate.movements o
      on m.kind = 'reversal' and o.account_id = m.account_id and o.sequence = m.reverses_sequence
   order by m.account_id, m.sequence`

interface AccountRow {
  account_id: string
  balance_micros: bigint
  last_sequence: bigint
  status: string
}

interface MovementRow {
  account_id: string
  sequence: bigint
  kind: string
  amount_micros: bigint
  balance_before_micros: bigint
  balance_after_micros: bigint
  event_id: string | null
  top_up_id: string | null
  movement_sequence: bigint | null
  rated_micros: bigint | null
  reversed_event_id: string | null
  corrects: string | null
}

export interface VerifiedAccounts {
  readonly accounts: number
  readonly movements: number
}

/** Verifies all accounts and returns how many accounts and movements were read. */
export async function verifyAccounts(pool: Pool, pace: Pace, onFault: OnFault): Promise<VerifiedAccounts> {
  let accounts = 0
  let movements = 0
  for (let after = ''; ; ) {
    const { rows } = await pool.query<AccountRow>({
      name: 'verify-accounts',
      text: READ_ACCOUNTS,
      values: [after, ACCOUNTS_PER_PAGE],
    })
    const last = rows.at(-1)
    if (last === undefined) return { accounts, movements }
    accounts += rows.length
    for (const row of rows) verifyStatus(row, onFault)
    await verifyAutoTopUp(
      pool,
      rows.map((row) => row.account_id),
      onFault,
    )
    movements += await verifyChains(pool, pace, after, rows, onFault)
    after = last.account_id
  }
}

function verifyStatus({ account_id, balance_micros, status }: AccountRow, onFault: OnFault): void {
  if ((status === 'blocked') === balance_micros <= 0n) return
  const detail = `status ${status} with a balance of ${formatMoney(balance_micros)}`
  onFault({ check: 'status', invariant: 'F', severity: 'fault', accountId: account_id, detail })
}

/** The end of an account's chain, as far as its movements have been read. */
interface ChainEnd {
  readonly account: AccountRow
  sequence: bigint
  balanceMicros: bigint
}

async function verifyChains(
  pool: Pool,
  pace: Pace,
  after: string,
  accounts: readonly AccountRow[],
  onFault: OnFault,
): Promise<number> {
  const chains = new Map(
    accounts.map((account) => [account.account_id, { account, sequence: 0n, balanceMicros: 0n } as ChainEnd]),
  )
  const sums = createPaymentSums(pool, after, onFault)
  let count = 0
  let [accountId, sequence] = [after, MAX_SEQUENCE]
  for (;;) {
    const { rows } = await pool.query<MovementRow>({
      name: 'verify-movements',
      text: READ_MOVEMENTS,
      values: [accounts.at(-1)!.account_id, accountId, sequence, MOVEMENTS_PER_PAGE],
    })
    for (const row of rows) {
      const chain = chains.get(row.account_id)
      // The account was created, or the movement recorded, after the account's row was read.
      if (chain === undefined || row.sequence > chain.account.last_sequence) continue
      count++
      verifyLink(chain, row, onFault)
      verifyOrigin(row, onFault)
      await sums.add(row)
    }
    await pace.took(rows.length)
    const last = rows.at(-1)
    if (last === undefined) break
    ;({ account_id: accountId, sequence } = last)
  }
  for (const chain of chains.values()) verifyEnd(chain, onFault)
  await sums.end(accounts.at(-1)!.account_id)
  return count
}

function verifyLink(chain: ChainEnd, row: MovementRow, onFault: OnFault): void {
  const broken = (detail: string) =>
    onFault({ check: 'chain', invariant: 'B', severity: 'fault', accountId: row.account_id, detail })
  const { sequence, amount_micros: amount, balance_before_micros: before, balance_after_micros: balanceAfter } = row
  if (sequence !== chain.sequence + 1n) broken(`movement ${chain.sequence + 1n} is missing before ${sequence}`)
  else if (before !== chain.balanceMicros) {
    broken(
      `movement ${sequence} begins at ${formatMoney(before)}, the one before ended at ${formatMoney(chain.balanceMicros)}`,
    )
  }
  if (balanceAfter !== before + amount) {
    broken(
      `movement ${sequence} of ${formatMoney(amount)} leads from ${formatMoney(before)} to ${formatMoney(balanceAfter)}`,
    )
  }
  chain.sequence = sequence
  chain.balanceMicros = balanceAfter
}

function verifyEnd({ account, sequence, balanceMicros }: ChainEnd, onFault: OnFault): void {
  const { account_id: accountId, last_sequence: lastSequence, balance_micros: balance } = account
  const fault = { invariant: 'B', severity: 'fault', accountId } as const
  if (sequence !== lastSequence) {
    onFault({ ...fault, check: 'chain', detail: `movement ${lastSequence} is missing: the last one is ${sequence}` })
  }
  if (balanceMicros !== balance) {
    const detail = `the balance is ${formatMoney(balance)}, its movements come to ${formatMoney(balanceMicros)}`
    onFault({ ...fault, check: 'balance', detail })
  }
}

/** A usage movement matches its rated usage in reference and amount. A reversal reverses the event that its correction names. */
function verifyOrigin(row: MovementRow, onFault: OnFault): void {
  if (row.kind !== 'usage' && row.kind !== 'reversal') return
  const wrong = (detail: string) =>
    onFault({
      check: 'movement',
      invariant: 'B',
      severity: 'fault',
      accountId: row.account_id,
      detail: `movement ${row.sequence} of event ${row.event_id}: ${detail}`,
    })
  if (row.rated_micros === null) {
    wrong('there is no rated usage of that event')
    return
  }
  if (row.movement_sequence !== row.sequence) wrong(`the rated usage names movement ${row.movement_sequence ?? 'none'}`)
  if (row.rated_micros !== -row.amount_micros) {
    wrong(`the rated usage says ${formatMoney(row.rated_micros)}, the movement is of ${formatMoney(row.amount_micros)}`)
  }
  if (row.kind === 'reversal' && row.reversed_event_id !== row.corrects) {
    wrong(
      `it reverses the movement of event ${row.reversed_event_id ?? 'none'}, but corrects ${row.corrects ?? 'none'}`,
    )
  }
}
