/** Faults on order: what the sandbox does wrong when asked to, whichever process calls. */
import type { SandboxDatabase } from './database.ts'

export const FAULT_KINDS = [
  /** Refuses every call. */
  'down',
  /** Does it, and answers after a while. */
  'slow',
  /** Does nothing, and nothing is heard of it. */
  'timeout_before',
  /** Does it, and nothing is heard of it. */
  'timeout_after',
  /** Each request comes twice, as over a line that repeats; a list names everything twice. */
  'twice',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export const CALLS = [
  'createCustomer',
  'prepare',
  'confirm',
  'approve',
  'cancel',
  'readPayment',
  'listChanged',
  'createSetup',
  'readSetup',
  'cancelSetup',
  'readMethod',
  'detachMethod',
  'readMark',
  'writeMark',
] as const
export type CallName = (typeof CALLS)[number]

export interface OrderedFault {
  readonly fault: FaultKind
  /** Null: whatever is called. */
  readonly call: CallName | null
  /** Null: until it is called off. */
  readonly timesLeft: number | null
  /** How much later a slow answer comes; null for any other. */
  readonly delayMs: number | null
}

const FAULT = `fault, call, times_left as "timesLeft", delay_ms as "delayMs"`

// The oldest that fits. One that is used up is deleted, so that every process sees each time once.
const TAKE_FAULT = `
  with taken as (
    select order_id, fault, call, times_left, delay_ms from sandbox.ordered_faults
     where call is null or call = $1::text order by order_id limit 1 for update
  ), counted as (
    update sandbox.ordered_faults f set times_left = f.times_left - 1
      from taken where f.order_id = taken.order_id and taken.times_left > 1
  ), used_up as (
    delete from sandbox.ordered_faults f using taken where f.order_id = taken.order_id and taken.times_left = 1
  )
  select ${FAULT} from taken`

/** The fault that this call meets; null: none. */
export async function takeFault(database: SandboxDatabase, call: CallName): Promise<OrderedFault | null> {
  const pool = await database.pool()
  const { rows } = await pool.query<OrderedFault>(TAKE_FAULT, [call])
  return rows[0] ?? null
}

const ORDER_FAULT = `
  insert into sandbox.ordered_faults (fault, call, times_left, delay_ms)
  values ($1::text, $2::text, $3::integer, $4::integer)`

export async function orderFault(database: SandboxDatabase, order: OrderedFault): Promise<void> {
  const pool = await database.pool()
  await pool.query(ORDER_FAULT, [order.fault, order.call, order.timesLeft, order.delayMs])
}

/** Those in force, oldest first: of those that fit a call, the oldest is met. */
export async function listFaults(database: SandboxDatabase): Promise<OrderedFault[]> {
  const pool = await database.pool()
  const { rows } = await pool.query<OrderedFault>(`select ${FAULT} from sandbox.ordered_faults order by order_id`)
  return rows
}

/** Calls all faults off. */
export async function endFaults(database: SandboxDatabase): Promise<void> {
  const pool = await database.pool()
  await pool.query('delete from sandbox.ordered_faults')
}
