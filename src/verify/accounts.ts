/**
 * B and F: every account's movements are a chain without a gap that ends at its balance, each says where it came from, and
 * the status is what the balance says.
 *
 * Online and without a lock: a movement is committed with the account row that counts it, so once the row is read all
 * movements up to its last sequence are there, and none of them ever changes. Later ones are left for the next time, once
 * the row, read again, counts them. No snapshot is kept longer than a page: one that lasted as long as an account with
 * millions of movements would hold up the vacuum of what everybody writes. Pages by key, so such an account takes no more
 * memory than one with ten.
 */
import { formatMoney } from '../core/money.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

const ACCOUNTS_A_PAGE = 1_000
const MOVEMENTS_A_PAGE = 5_000

const READ_ACCOUNTS = `
  select account_id, balance_micros, last_sequence, status
    from tollgate.accounts
   where account_id > $1
   order by account_id
   limit $2`

/** With what the usage that made it says of it, and of a reversal what it takes back. */
const READ_MOVEMENTS = `
  select m.account_id, m.sequence, m.recorded_at, m.kind, m.amount_micros, m.balance_before_micros, m.balance_after_micros, m.event_id,
         r.movement_sequence, r.amount_micros as rated_micros, o.event_id as reversed_event_id, r.corrects,
         i.corrected_by
    from (
      select * from tollgate.movements
       where account_id <= $1 and (account_id, sequence, recorded_at) > ($2, $3::bigint, $4::timestamptz)
       order by account_id, sequence, recorded_at
       limit $5
    ) as m
    left join tollgate.rated_usage r
      on r.account_id = m.account_id and r.event_id = m.event_id and r.recorded_at = m.recorded_at
    left join tollgate.movements o
      on m.kind = 'reversal' and o.account_id = m.account_id and o.sequence = m.reverses_sequence
    left join tollgate.usage_identity i
      on m.kind = 'reversal' and i.account_id = m.account_id and i.event_id = r.corrects
   order by m.account_id, m.sequence, m.recorded_at`

const FIND_UNCOUNTED = `
  select asked.account_id, asked.sequence, a.last_sequence
    from unnest($1::text[], $2::bigint[]) as asked (account_id, sequence)
    left join tollgate.accounts a using (account_id)
   where a.account_id is null or a.last_sequence < asked.sequence`

interface AccountRow {
  account_id: string
  balance_micros: bigint
  last_sequence: bigint
  status: string
}

interface MovementRow {
  account_id: string
  sequence: bigint
  recorded_at: string
  kind: string
  amount_micros: bigint
  balance_before_micros: bigint
  balance_after_micros: bigint
  event_id: string | null
  movement_sequence: bigint | null
  rated_micros: bigint | null
  reversed_event_id: string | null
  corrects: string | null
  corrected_by: string | null
}

export interface AccountsLookedAt {
  readonly accounts: number
  readonly movements: number
}

export async function verifyAccounts(pool: Pool, pace: Pace, onFault: OnFault): Promise<AccountsLookedAt> {
  let accounts = 0
  let movements = 0
  for (let after = ''; ; ) {
    const { rows } = await pool.query<AccountRow>({
      name: 'verify-accounts',
      text: READ_ACCOUNTS,
      values: [after, ACCOUNTS_A_PAGE],
    })
    await pace.took(rows.length)
    accounts += rows.length
    for (const row of rows) verifyStatus(row, onFault)
    const isLast = rows.length < ACCOUNTS_A_PAGE
    const upTo = isLast ? PAST_ALL_IDS : rows.at(-1)!.account_id
    movements += await verifyChains(pool, pace, { after, upTo }, rows, onFault)
    if (isLast) return { accounts, movements }
    after = upTo
  }
}

function verifyStatus({ account_id, balance_micros, status }: AccountRow, onFault: OnFault): void {
  if ((status === 'blocked') === balance_micros <= 0n) return
  const detail = `status ${status} with a balance of ${formatMoney(balance_micros)}`
  onFault({ check: 'status', invariant: 'F', severity: 'fault', accountId: account_id, detail })
}

/** Where the chain of one account stands as its movements are read. */
interface ChainEnd {
  readonly account: AccountRow
  sequence: bigint
  balanceMicros: bigint
}

async function verifyChains(
  pool: Pool,
  pace: Pace,
  { after, upTo }: { readonly after: string; readonly upTo: string },
  accounts: readonly AccountRow[],
  onFault: OnFault,
): Promise<number> {
  const chains = new Map(
    accounts.map((account) => [account.account_id, { account, sequence: 0n, balanceMicros: 0n } as ChainEnd]),
  )
  let count = 0
  let last: Pick<MovementRow, 'account_id' | 'sequence' | 'recorded_at'> = {
    account_id: after,
    sequence: MAX_SEQUENCE,
    recorded_at: 'infinity',
  }
  for (;;) {
    const { rows } = await pool.query<MovementRow>({
      name: 'verify-movements',
      text: READ_MOVEMENTS,
      values: [upTo, last.account_id, last.sequence, last.recorded_at, MOVEMENTS_A_PAGE],
    })
    const uncounted = new Map<string, bigint>()
    for (const row of rows) {
      const { account_id: accountId, sequence, recorded_at } = row
      // Two rated events that say they made it are no two movements.
      if (accountId === last.account_id && sequence === last.sequence && recorded_at === last.recorded_at) continue
      last = row
      const chain = chains.get(accountId)
      if (chain === undefined || sequence > chain.account.last_sequence) {
        uncounted.set(accountId, sequence)
        continue
      }
      count++
      verifyLink(chain, row, onFault)
      verifyOrigin(row, onFault)
    }
    if (uncounted.size > 0) await verifyCounted(pool, uncounted, onFault)
    await pace.took(rows.length)
    if (rows.length === 0) break
  }
  for (const chain of chains.values()) verifyEnd(chain, onFault)
  return count
}

/** Past every movement of the account that the page before ended with. */
const MAX_SEQUENCE = 9_223_372_036_854_775_807n
/** Ids are printable ASCII. So the last page has the movements, too, of accounts that are not there. */
const PAST_ALL_IDS = '\x7f'

/** Movements of accounts made meanwhile, or recorded after the row was read: by now a row counts them, or none ever did. */
async function verifyCounted(pool: Pool, uncounted: ReadonlyMap<string, bigint>, onFault: OnFault): Promise<void> {
  const { rows } = await pool.query<{ account_id: string; sequence: bigint; last_sequence: bigint | null }>({
    name: 'verify-uncounted',
    text: FIND_UNCOUNTED,
    values: [[...uncounted.keys()], [...uncounted.values()]],
  })
  for (const { account_id: accountId, sequence, last_sequence: lastSequence } of rows) {
    const detail =
      lastSequence === null
        ? `there is a movement ${sequence} and no such account`
        : `there is a movement ${sequence}, and the last that the account counts is ${lastSequence}`
    onFault({ check: 'chain', invariant: 'B', severity: 'fault', accountId, detail })
  }
}

function verifyLink(chain: ChainEnd, row: MovementRow, onFault: OnFault): void {
  const broken = (detail: string) =>
    onFault({ check: 'chain', invariant: 'B', severity: 'fault', accountId: row.account_id, detail })
  const { sequence, amount_micros: amount, balance_before_micros: before, balance_after_micros: balanceAfter } = row
  if (sequence === chain.sequence) broken(`movement ${sequence} is there twice`)
  else if (sequence !== chain.sequence + 1n) broken(`movement ${chain.sequence + 1n} is missing before ${sequence}`)
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

/**
 * A movement of usage is that of the usage it names, and takes what that was charged; a reversal names what it gives back,
 * and that is marked with it, or another could give the same back again.
 */
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
      `it takes back the movement of event ${row.reversed_event_id ?? 'none'}, and corrects ${row.corrects ?? 'none'}`,
    )
  }
  if (row.kind === 'reversal' && row.corrected_by !== row.event_id) {
    wrong(
      `event ${row.corrects ?? 'none'}, which it takes back, is marked as corrected by ${row.corrected_by ?? 'none'}`,
    )
  }
}
