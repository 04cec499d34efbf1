/** Customers of the sandbox, with their marks and saved cards. */
import { randomBytes } from 'node:crypto'
import { formatDate, formatInstant, type InstantMicros } from '../../../core/instant.ts'
import type { Connection, Pool } from '../../../platform/postgres.ts'
import type { ProviderMark, SavedMethod } from '../provider.ts'
import { findTestNumber } from './cards.ts'

/** Makes an id such as `sandbox_payment_…`, which shows that it comes from the sandbox. */
export function newId(kind: 'customer' | 'method' | 'payment' | 'setup'): string {
  return `sandbox_${kind}_${randomBytes(12).toString('hex')}`
}

const ADD_CUSTOMER = `
  insert into sandbox.customers (customer_id, account_id, created_at) values ($1::text, $2::text, $3::timestamptz)
      on conflict (account_id) do nothing`
const FIND_CUSTOMER = 'select customer_id from sandbox.customers where account_id = $1::text'

/** The account's customer, created if there is none. */
export async function customerOf(connection: Connection, accountId: string, nowMicros: InstantMicros): Promise<string> {
  await connection.query(ADD_CUSTOMER, [newId('customer'), accountId, formatInstant(nowMicros)])
  const { rows } = await connection.query<{ customer_id: string }>(FIND_CUSTOMER, [accountId])
  return rows[0]!.customer_id
}

const READ_MARK = `
  select marked_settings_version::integer as "settingsVersion" from sandbox.customers where customer_id = $1::text`
const WRITE_MARK = `
  update sandbox.customers set marked_settings_version = greatest(marked_settings_version, $2::bigint)
   where customer_id = $1::text`

/** Reads a customer's mark; null: none was written; undefined: no such customer. */
export async function readMark(pool: Pool, customerId: string): Promise<ProviderMark | null | undefined> {
  const { rows } = await pool.query<{ settingsVersion: number | null }>(READ_MARK, [customerId])
  const row = rows[0]
  if (row === undefined) return undefined
  return row.settingsVersion === null ? null : { settingsVersion: row.settingsVersion }
}

/** Writes a customer's mark, unless it has a later version. False: no such customer. */
export async function writeMark(pool: Pool, customerId: string, { settingsVersion }: ProviderMark): Promise<boolean> {
  const { rowCount } = await pool.query(WRITE_MARK, [customerId, settingsVersion])
  return rowCount === 1
}

/** A card as a person enters it. */
export interface TestCard {
  readonly accountId: string
  readonly number: string
  /** 1 to 12. */
  readonly expiryMonth: number
  /** Four digits. */
  readonly expiryYear: number
  /** The customer approves it for later charges while adding it, as on the card page. */
  readonly isApproved?: boolean
}

export type AddedCard =
  | { readonly kind: 'added'; readonly customerId: string; readonly method: SavedMethod }
  | {
      readonly kind: 'refused'
      readonly code: 'not_a_test_card' | 'expiry_invalid' | 'expired'
      readonly detail: string
    }

const ADD_METHOD = `
  insert into sandbox.methods (provider_method_id, customer_id, brand, last4, expiry_month, expiry_year, behaviour,
    is_set_up, added_at)
  values ($1::text, $2::text, $3::text, $4::text, $5::smallint, $6::smallint, $7::text, $8::boolean, $9::timestamptz)`

/** Saves a test card for an account. The number is only looked up: it is neither stored nor returned. */
export async function addCard(connection: Connection, card: TestCard, nowMicros: InstantMicros): Promise<AddedCard> {
  const { accountId, expiryMonth, expiryYear } = card
  const known = findTestNumber(card.number)
  if (known === null)
    return { kind: 'refused', code: 'not_a_test_card', detail: 'the sandbox accepts only test card numbers' }
  const isMonth = Number.isInteger(expiryMonth) && expiryMonth >= 1 && expiryMonth <= 12
  if (!isMonth || !Number.isInteger(expiryYear) || expiryYear < 2000 || expiryYear > 2099) {
    return { kind: 'refused', code: 'expiry_invalid', detail: 'the expiry must be a month from 01 to 12 and a year' }
  }
  if (`${expiryYear}-${String(expiryMonth).padStart(2, '0')}` < formatDate(nowMicros).slice(0, 7)) {
    return { kind: 'refused', code: 'expired', detail: 'the card has expired' }
  }
  const customerId = await customerOf(connection, accountId, nowMicros)
  const method: SavedMethod = {
    providerMethodId: newId('method'),
    brand: known.brand,
    last4: known.number.slice(-4),
    expiryMonth,
    expiryYear,
  }
  await connection.query(ADD_METHOD, [
    method.providerMethodId,
    customerId,
    method.brand,
    method.last4,
    expiryMonth,
    expiryYear,
    known.behaviour,
    card.isApproved ?? false,
    formatInstant(nowMicros),
  ])
  return { kind: 'added', customerId, method }
}

const FIND_METHOD = `
  select provider_method_id as "providerMethodId", brand, last4, expiry_month as "expiryMonth",
         expiry_year as "expiryYear"
    from sandbox.methods where provider_method_id = $1::text and detached_at is null`

/** Reads a card; null: it does not exist, or was detached. */
export async function readMethod(pool: Pool, providerMethodId: string): Promise<SavedMethod | null> {
  const { rows } = await pool.query<SavedMethod>(FIND_METHOD, [providerMethodId])
  return rows[0] ?? null
}

const DETACH_METHOD = `
  update sandbox.methods set detached_at = $2::timestamptz
   where provider_method_id = $1::text and detached_at is null`

/** Detaches a card; does nothing if it is gone already. */
export async function detachMethod(
  connection: Connection,
  providerMethodId: string,
  nowMicros: InstantMicros,
): Promise<void> {
  await connection.query(DETACH_METHOD, [providerMethodId, formatInstant(nowMicros)])
}

// Locked against being detached until the transaction ends.
const FIND_CHARGEABLE = `
  select behaviour, is_set_up as "isSetUp" from sandbox.methods
   where provider_method_id = $1::text and customer_id = $2::text and detached_at is null for share`

/** Locks the customer's card and returns what charging it depends on; undefined: there is no such card, or it was detached. */
export async function lockMethod(
  connection: Connection,
  providerMethodId: string,
  customerId: string,
): Promise<{ readonly behaviour: string; readonly isSetUp: boolean } | undefined> {
  const { rows } = await connection.query<{ behaviour: string; isSetUp: boolean }>(FIND_CHARGEABLE, [
    providerMethodId,
    customerId,
  ])
  return rows[0]
}
