/** Fault injection: the sandbox misbehaves as ordered, whichever process calls it. */
import type { SandboxDatabase } from './database.ts'

export const FAULT_KINDS = [
  /** Refuses every call. */
  'down',
  /** Executes the call and answers late. */
  'slow',
  /** Does nothing and does not answer. */
  'timeout_before',
  /** Executes the call but does not answer. */
  'timeout_after',
  /** Executes each request twice, as if it were sent twice; a list contains everything twice. */
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
  /** Null: any call. */
  readonly call: CallName | null
  /** Null: until it is ended. */
  readonly timesLeft: number | null
  /** The delay of a slow answer; null for other faults. */
  readonly delayMs: number | null
}

const FAULT = `fault, call, times_left as "timesLeft", delay_ms as "delayMs"`

// Takes the oldest matching order. The row is locked and counted down, so each occurrence is taken once across processes.
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

/** Takes the fault for this call; null: none. */
export async function takeFault(database: SandboxDatabase, call: CallName): Promise<OrderedFault | null> {
  const pool = await database.pool()
  const { rows } = await pool.query<OrderedFault>(TAKE_FAULT, [call])
  return rows[0] ?? null
}

const ORDER_FAULT = `
  insert into sandbox.ordered_faults (fault, call, times_left, delay_ms)
  values ($1::text, $2::text, $3::integer, $4::integer)`

/** Orders a fault for calls to come. */
export async function orderFault(database: SandboxDatabase, order: OrderedFault): Promise<void> {
  const pool = await database.pool()
  await pool.query(ORDER_FAULT, [order.fault, order.call, order.timesLeft, order.delayMs])
}

/** Lists the ordered faults, oldest first. If several match a call, the oldest applies. */
export async function listFaults(database: SandboxDatabase): Promise<OrderedFault[]> {
  const pool = await database.pool()
  const { rows } = await pool.query<OrderedFault>(`select ${FAULT} from sandbox.ordered_faults order by order_id`)
  return rows
}

/** Deletes all ordered faults. */
export async function endFaults(database: SandboxDatabase): Promise<void> {
  const pool = await database.pool()
  await pool.query('delete from sandbox.ordered_faults')
}
