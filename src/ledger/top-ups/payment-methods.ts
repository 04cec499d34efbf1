/** Saved cards of accounts: the data that may be shown, and the provider's ids. Automatic top-up charges the default card. */
import { changeSettings } from '../../core/changes/account-change.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import { type AutoTopUpMemory, endsWithNewMethod, FRESH_MEMORY } from '../../core/top-up/memory.ts'
import type { Consent } from '../../core/top-up/settings.ts'
import { autoTopUpStep } from '../../core/top-up/step.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import {
  type Changed,
  type ChangedOnce,
  changeAccount,
  type Decided,
  type Locked,
  type Writer,
} from '../changes/change-account.ts'
import { retryNow } from './auto-top-up.ts'
import { type ConsentRefusal, consentRefusal, insertConsent } from './consents.ts'
import { requestMark } from './provider-tasks.ts'
import { type AutoTopUp, readAutoTopUp } from './read-auto-top-up.ts'
import { rearmAndAnnounce } from './rearm-and-announce.ts'

/** A card as the provider describes it. */
export interface Card {
  readonly providerMethodId: string
  readonly brand: string
  readonly last4: string
  readonly expiryMonth: number
  readonly expiryYear: number
}

export interface PaymentMethod extends Card {
  readonly methodId: string
  readonly provider: string
  readonly isDefault: boolean
}

export interface WantedMethod {
  readonly accountId: string
  /** The caller chooses a random `methodId`, because the consent names it. `isDefault` false: for manual payments only. */
  readonly method: PaymentMethod
  readonly consent: Consent | null
  readonly actor: string
}

export type MethodRefusal = ConsentRefusal | 'account_closed'

export interface ChosenMethod {
  readonly methodId: string
  readonly isDefault: boolean
  /** Whether a pause has ended. */
  readonly isResumed: boolean
}

const INSERT_METHOD = `
  insert into tollgate.payment_methods (method_id, account_id, provider, provider_method_id, brand, last4, expiry_month,
    expiry_year, is_default, actor, added_at, removed_at, removed_by)
  values ($1, $2, $3, $4, $5, $6, $7, $8, false, $9, $10::timestamptz,
    case when $11::boolean then $10::timestamptz end, case when $11 then $9 end)`

/**
 * Saves a card; if it is saved already, that one is kept. Making it the default of an account whose automatic top-up is on
 * needs a consent, and ends a pause that was caused by declines.
 */
export async function addPaymentMethod(
  writer: Writer,
  { accountId, method, consent, actor }: WantedMethod,
  requestKey: string | null = null,
): Promise<ChangedOnce<ChosenMethod, MethodRefusal>> {
  return changeAccount<ChosenMethod, MethodRefusal>(
    writer,
    accountId,
    async (locked) => {
      const auto = await readAutoTopUp(locked.connection, accountId)
      if (auto.isClosed) return { refused: 'account_closed' }
      const methodId = await saveMethod(locked, method, actor)
      if (!method.isDefault) return { change: null, answer: { methodId, isDefault: false, isResumed: false } }
      return makeDefault(locked, auto, methodId, consent)
    },
    requestKey === null ? null : { kind: 'payment_method', key: requestKey, content: { method, consent, actor } },
  )
}

/** Saves a card, not as the default, and returns its id. A card that is saved already keeps its id. Needs the account's lock. */
export async function saveMethod(
  { connection, account: { accountId }, clock }: Locked,
  method: Omit<PaymentMethod, 'isDefault'>,
  actor: string,
): Promise<string> {
  const { provider, providerMethodId } = method
  const saved = await readSavedMethods(connection, accountId)
  const same = saved.find((one) => one.provider === provider && one.providerMethodId === providerMethodId)
  if (same !== undefined) return same.methodId
  await insertMethod(connection, accountId, method, actor, clock.nowMicros, false)
  return method.methodId
}

/** Stores a card of a closed account as removed, so that it gets detached at the provider. The account must be locked. */
export async function saveAsRemoved(
  { connection, account: { accountId }, clock }: Locked,
  method: Omit<PaymentMethod, 'isDefault'>,
  actor: string,
): Promise<void> {
  await insertMethod(connection, accountId, method, actor, clock.nowMicros, true)
}

async function insertMethod(
  connection: Connection,
  accountId: string,
  method: Omit<PaymentMethod, 'isDefault'>,
  actor: string,
  nowMicros: InstantMicros,
  isRemoved: boolean,
): Promise<void> {
  await connection.query(INSERT_METHOD, [
    method.methodId,
    accountId,
    method.provider,
    method.providerMethodId,
    method.brand,
    method.last4,
    method.expiryMonth,
    method.expiryYear,
    actor,
    formatInstant(nowMicros),
    isRemoved,
  ])
}

/** Makes another saved card the default. */
export async function chooseDefaultMethod(
  writer: Writer,
  { accountId, methodId, consent }: { accountId: string; methodId: string; consent: Consent | null },
): Promise<Changed<ChosenMethod, MethodRefusal | 'unknown_method'>> {
  return changeAccount<ChosenMethod, MethodRefusal | 'unknown_method'>(writer, accountId, async (locked) => {
    const auto = await readAutoTopUp(locked.connection, accountId)
    if (auto.isClosed) return { refused: 'account_closed' }
    const saved = await readSavedMethods(locked.connection, accountId)
    if (!saved.some((method) => method.methodId === methodId)) return { refused: 'unknown_method' }
    return makeDefault(locked, auto, methodId, consent)
  })
}

/** Run first: there may never be two defaults. */
const UNSET_DEFAULT = `
  update tollgate.payment_methods set is_default = false where account_id = $1 and is_default and method_id <> $2`
const SET_DEFAULT = `update tollgate.payment_methods set is_default = true where method_id = $1`

/** Makes a saved card the default. A refusal has written nothing. The account must be locked. */
export async function makeDefault(
  locked: Locked,
  auto: AutoTopUp,
  methodId: string,
  consent: Consent | null,
): Promise<Decided<ChosenMethod, MethodRefusal>> {
  const { connection, account, clock } = locked
  if (auto.methodId === methodId) return { change: null, answer: { methodId, isDefault: true, isResumed: false } }
  const { settings } = auto
  const isOn = settings?.isOn === true
  // A new card may end declines. After a dispute, a refund or anything else, a person has to resume it.
  const isResumed = endsWithNewMethod(auto.memory) && auto.memory.pause!.methodId !== methodId
  const memory: AutoTopUpMemory = isResumed ? FRESH_MEMORY : auto.memory
  if (isOn) {
    const refused = consentRefusal(auto, { settings, methodId, memory }, consent)
    if (refused !== null) return { refused }
    if (consent !== null) {
      await insertConsent(connection, account.accountId, account.settingsVersion, consent, clock.nowMicros)
    }
  }
  await connection.query(UNSET_DEFAULT, [account.accountId, methodId])
  await connection.query(SET_DEFAULT, [methodId])
  if (auto.openAutomaticId !== null) await retryNow(connection, auto.openAutomaticId, clock.nowMicros)
  const steps = isResumed && isOn ? [autoTopUpStep('resumed', 'new_method')] : []
  const change = await rearmAndAnnounce(locked, auto, 'payment_method', { methodId, memory, steps })
  return { change, answer: { methodId, isDefault: true, isResumed } }
}

const REMOVE_METHOD = `
  update tollgate.payment_methods set removed_at = $2, removed_by = $3, is_default = false where method_id = $1`

export interface RemovedMethod {
  readonly method: PaymentMethod
  /** It was the default, and automatic top-up was turned off. */
  readonly isTurnedOff: boolean
}

/**
 * Removes a saved card. No other card becomes the default, as nobody consented to that. Automatic top-up is turned off if the
 * default is removed, because it could charge nothing. The card is detached at the provider later. The answer is null if the
 * card is not saved, for instance because it was removed before.
 */
export async function removePaymentMethod(
  writer: Writer,
  { accountId, methodId, actor }: { readonly accountId: string; readonly methodId: string; readonly actor: string },
): Promise<Changed<RemovedMethod | null>> {
  return changeAccount<RemovedMethod | null>(writer, accountId, async (locked) => {
    const { connection, account, settings: stored, clock } = locked
    const saved = await readSavedMethods(connection, accountId)
    const method = saved.find((one) => one.methodId === methodId)
    if (method === undefined) return { change: null, answer: null }
    const auto = await readAutoTopUp(connection, accountId)
    await connection.query(REMOVE_METHOD, [methodId, formatInstant(clock.nowMicros), actor])
    if (!method.isDefault) return { change: null, answer: { method, isTurnedOff: false } }
    if (auto.openAutomaticId !== null) await retryNow(connection, auto.openAutomaticId, clock.nowMicros)
    const { autoTopUp } = stored
    if (!autoTopUp?.isOn) {
      const change = await rearmAndAnnounce(locked, auto, 'payment_method', { methodId: null })
      return { change, answer: { method, isTurnedOff: false } }
    }
    const settings = { ...autoTopUp, isOn: false }
    await requestMark(connection, accountId)
    const turnedOff = changeSettings(account, { ...stored, autoTopUp: settings }, actor)
    const change = await rearmAndAnnounce(locked, auto, turnedOff, {
      methodId: null,
      settings,
      waits: null,
    })
    return { change, answer: { method, isTurnedOff: true } }
  })
}

const READ_METHODS = `
  select method_id, provider, provider_method_id, brand, last4, expiry_month, expiry_year, is_default
    from tollgate.payment_methods
   where account_id = $1 and removed_at is null
   order by added_at, method_id`

/** Reads the cards that are not removed, oldest first. */
export async function readSavedMethods(connection: Connection | Pool, accountId: string): Promise<PaymentMethod[]> {
  const { rows } = await connection.query<{
    method_id: string
    provider: string
    provider_method_id: string
    brand: string
    last4: string
    expiry_month: number
    expiry_year: number
    is_default: boolean
  }>(READ_METHODS, [accountId])
  return rows.map((row) => ({
    methodId: row.method_id,
    provider: row.provider,
    providerMethodId: row.provider_method_id,
    brand: row.brand,
    last4: row.last4,
    expiryMonth: row.expiry_month,
    expiryYear: row.expiry_year,
    isDefault: row.is_default,
  }))
}

/** Reads the provider's customer id of an account; null: none is known here. */
export async function readCustomer(pool: Pool, provider: string, accountId: string): Promise<string | null> {
  const { rows } = await pool.query<{ customer_id: string }>(
    'select customer_id from tollgate.payment_customers where provider = $1 and account_id = $2',
    [provider, accountId],
  )
  return rows[0]?.customer_id ?? null
}

const REMEMBER_CUSTOMER = `
  insert into tollgate.payment_customers (provider, account_id, customer_id, is_mark_due) values ($1, $2, $3, true)
      on conflict (provider, account_id) do update set customer_id = excluded.customer_id, is_mark_due = true`

/** Stores the provider's customer id of an account, and requests its mark. */
export async function rememberCustomer(
  pool: Pool,
  { provider, accountId, customerId }: { provider: string; accountId: string; customerId: string },
): Promise<void> {
  await pool.query(REMEMBER_CUSTOMER, [provider, accountId, customerId])
}
