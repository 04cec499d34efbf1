/** Setups: visits to the page where a card is entered. A setup is open until a card is saved, it is canceled, or it expires. */

import { formatInstant, type InstantMicros, MICROS_PER_SECOND } from '../../../core/instant.ts'
import type { Connection, Pool } from '../../../platform/postgres.ts'
import { epochMicros } from '../../../platform/sql.ts'
import type { MethodSetup, SavedMethod, SetupToCreate } from '../provider.ts'
import { type AddedCard, addCard, newId, type TestCard } from './methods.ts'
import { NotPossible } from './payment.ts'

export const SETUP_OPEN_MICROS = 3_600 * MICROS_PER_SECOND

export interface SandboxSetup {
  readonly providerSetupId: string
  readonly accountId: string
  readonly returnUrl: string
  readonly expiresAtMicros: InstantMicros
  readonly state: MethodSetup['state']
}

const INSERT_SETUP = `
  insert into sandbox.setups (provider_setup_id, setup_id, customer_id, return_url, created_at, expires_at)
  select $1::text, $2::text, c.customer_id, $4::text, $5::timestamptz, $6::timestamptz
    from sandbox.customers c
   where c.customer_id = $3::text
      on conflict (setup_id) do nothing`

const READ_SETUP = `
  select s.provider_setup_id, s.setup_id, s.customer_id, s.return_url, s.state, c.account_id,
         ${epochMicros('s.expires_at')} as expires_at_micros,
         m.provider_method_id, m.brand, m.last4, m.expiry_month, m.expiry_year
    from sandbox.setups s
    join sandbox.customers c using (customer_id)
    left join sandbox.methods m using (provider_method_id)`

interface Row {
  provider_setup_id: string
  setup_id: string
  customer_id: string
  return_url: string
  state: 'open' | 'saved' | 'canceled'
  account_id: string
  expires_at_micros: bigint
  provider_method_id: string
  brand: string
  last4: string
  expiry_month: number
  expiry_year: number
}

/** Creates a setup, or returns the one with this id. Throws `NotPossible` if that one differs, or for an unknown customer. */
export async function createSetup(
  connection: Connection,
  asked: SetupToCreate,
  nowMicros: InstantMicros,
): Promise<SandboxSetup> {
  await connection.query(INSERT_SETUP, [
    newId('setup'),
    asked.setupId,
    asked.customerId,
    asked.returnUrl,
    formatInstant(nowMicros),
    formatInstant(nowMicros + SETUP_OPEN_MICROS),
  ])
  const { rows } = await connection.query<Row>(`${READ_SETUP} where s.setup_id = $1::text`, [asked.setupId])
  const [row] = rows
  if (row === undefined) throw new NotPossible(`there is no customer ${asked.customerId}`, 'customer_missing')
  if (row.customer_id !== asked.customerId || row.return_url !== asked.returnUrl) {
    throw new NotPossible(`setup ${asked.setupId} was created for something else`, 'setup_reused')
  }
  return setupOf(row, nowMicros)
}

/** Reads a setup; null: no such setup. */
export async function readSetup(
  database: Pool | Connection,
  providerSetupId: string,
  nowMicros: InstantMicros,
): Promise<SandboxSetup | null> {
  const { rows } = await database.query<Row>(`${READ_SETUP} where s.provider_setup_id = $1::text`, [providerSetupId])
  return rows[0] === undefined ? null : setupOf(rows[0], nowMicros)
}

function setupOf(row: Row, nowMicros: InstantMicros): SandboxSetup {
  const expiresAtMicros = Number(row.expires_at_micros)
  return {
    providerSetupId: row.provider_setup_id,
    accountId: row.account_id,
    returnUrl: row.return_url,
    expiresAtMicros,
    state: stateOf(row, expiresAtMicros <= nowMicros),
  }
}

function stateOf(row: Row, isTimeUp: boolean): MethodSetup['state'] {
  switch (row.state) {
    case 'open':
      return { kind: isTimeUp ? 'expired' : 'open' }
    case 'canceled':
      return { kind: 'canceled' }
    case 'saved': {
      const method: SavedMethod = {
        providerMethodId: row.provider_method_id,
        brand: row.brand,
        last4: row.last4,
        expiryMonth: row.expiry_month,
        expiryYear: row.expiry_year,
      }
      return { kind: 'saved', method }
    }
  }
}

const LOCK_SETUP = 'select from sandbox.setups where provider_setup_id = $1::text for update'
const SAVE_SETUP = `
  update sandbox.setups set state = 'saved', provider_method_id = $2::text where provider_setup_id = $1::text`
const CANCEL_SETUP = `update sandbox.setups set state = 'canceled' where provider_setup_id = $1::text`

/**
 * Enters a card in a setup, which also approves it for later charges. A setup that has ended is not changed, so a form that is
 * sent twice saves one card. Returns the setup, or why the card is refused; null: no such setup.
 */
export async function fillSetup(
  connection: Connection,
  providerSetupId: string,
  card: Omit<TestCard, 'accountId' | 'isApproved'>,
  nowMicros: InstantMicros,
): Promise<SandboxSetup | Extract<AddedCard, { kind: 'refused' }> | null> {
  const setup = await lockSetup(connection, providerSetupId, nowMicros)
  if (setup?.state.kind !== 'open') return setup
  const added = await addCard(connection, { ...card, accountId: setup.accountId, isApproved: true }, nowMicros)
  if (added.kind === 'refused') return added
  await connection.query(SAVE_SETUP, [providerSetupId, added.method.providerMethodId])
  return { ...setup, state: { kind: 'saved', method: added.method } }
}

/** Cancels a setup, as the customer left the page. Returns the setup; null: no such setup. */
export async function cancelSetup(
  connection: Connection,
  providerSetupId: string,
  nowMicros: InstantMicros,
): Promise<SandboxSetup | null> {
  const setup = await lockSetup(connection, providerSetupId, nowMicros)
  if (setup?.state.kind !== 'open') return setup
  await connection.query(CANCEL_SETUP, [providerSetupId])
  return { ...setup, state: { kind: 'canceled' } }
}

async function lockSetup(connection: Connection, providerSetupId: string, nowMicros: InstantMicros) {
  await connection.query(LOCK_SETUP, [providerSetupId])
  return readSetup(connection, providerSetupId, nowMicros)
}
