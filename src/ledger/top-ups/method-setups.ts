/**
 * Setups of cards: a person is sent to a page of the provider to enter a card. Its outcome may arrive several times: from the
 * page that the person returns to, from a request for the setup, and from the sweep. Under the account's lock a setup is
 * concluded only once.
 */

import { randomUUID } from 'node:crypto'
import { canonicalJson, fromCanonical } from '../../core/canonical-json.ts'
import { formatInstant, type InstantMicros } from '../../core/instant.ts'
import type { Consent } from '../../core/top-up/settings.ts'
import type { Connection, Pool } from '../../platform/postgres.ts'
import { epochMicros, instantText } from '../../platform/sql.ts'
import { type ChangedOnce, changeAccount, type Writer } from '../changes/change-account.ts'
import { consentRefusal } from './consents.ts'
import { type Card, type MethodRefusal, makeDefault, saveAsRemoved, saveMethod } from './payment-methods.ts'
import { readAutoTopUp } from './read-auto-top-up.ts'

export type MethodSetupState = 'open' | 'saved' | 'canceled' | 'expired'

/** A consent for a card that has no id yet. */
export type ConsentForNewMethod = Omit<Consent, 'methodId'>

export interface MethodSetup {
  readonly setupId: string
  readonly accountId: string
  readonly provider: string
  /** The provider's page; null: not requested or not answered yet. Instants are RFC 3339, UTC. */
  readonly page: { readonly providerSetupId: string; readonly url: string; readonly expiresAt: string } | null
  /** The id that the card gets once it is saved. */
  readonly methodId: string
  readonly returnUrl: string
  readonly makesDefault: boolean
  readonly consent: ConsentForNewMethod | null
  readonly actor: string
  readonly createdAtMicros: InstantMicros
  readonly state: MethodSetupState
  /** Null until it is saved. */
  readonly isDefault: boolean | null
  /** Why the card did not become the default as requested, or was not saved at all. */
  readonly refusal: MethodRefusal | null
}

export interface WantedMethodSetup {
  readonly accountId: string
  readonly provider: string
  readonly returnUrl: string
  readonly makesDefault: boolean
  readonly consent: ConsentForNewMethod | null
  readonly actor: string
}

const INSERT_SETUP = `
  insert into tollgate.method_setups (setup_id, account_id, provider, method_id, return_url, makes_default, consent, actor,
    created_at)
  values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8, $9::timestamptz)`

/**
 * Stores a new setup, once per request key; the provider is asked for its page afterwards. If the card is to be charged by an
 * automatic top-up that is on, the consent is checked now, before a card is entered.
 */
export async function requestMethodSetup(
  writer: Writer,
  { accountId, provider, returnUrl, makesDefault, consent, actor }: WantedMethodSetup,
  requestKey: string,
): Promise<ChangedOnce<{ readonly setupId: string }, MethodRefusal>> {
  return changeAccount<{ readonly setupId: string }, MethodRefusal>(
    writer,
    accountId,
    async ({ connection, clock }) => {
      const auto = await readAutoTopUp(connection, accountId)
      if (auto.isClosed) return { refused: 'account_closed' }
      const methodId = randomUUID()
      const { settings, memory } = auto
      if (makesDefault && settings?.isOn) {
        const given = consent && { ...consent, methodId }
        const refused = consentRefusal(auto, { settings, methodId, memory }, given)
        if (refused !== null) return { refused }
      }
      const setupId = randomUUID()
      await connection.query(INSERT_SETUP, [
        setupId,
        accountId,
        provider,
        methodId,
        returnUrl,
        makesDefault,
        consent && canonicalJson(consent),
        actor,
        formatInstant(clock.nowMicros),
      ])
      return { change: null, answer: { setupId } }
    },
    { kind: 'method_setup', key: requestKey, content: { returnUrl, makesDefault, consent, actor } },
  )
}

/** The provider always returns the same page for a setup, so the first stored answer stays. */
const STORE_PAGE = `
  update tollgate.method_setups set provider_setup_id = $2, url = $3, expires_at = $4::timestamptz
   where setup_id = $1 and provider_setup_id is null`

/** Stores the provider's page of a setup, unless one is stored already. */
export async function storeSetupPage(
  pool: Pool,
  setupId: string,
  { providerSetupId, url, expiresAt }: NonNullable<MethodSetup['page']>,
): Promise<void> {
  await pool.query(STORE_PAGE, [setupId, providerSetupId, url, expiresAt])
}

const COLUMNS = `
  setup_id, account_id, provider, provider_setup_id, method_id, url, return_url, makes_default, consent, actor, state,
  is_default, refusal, ${epochMicros('created_at')} as created_at_micros,
  ${instantText('expires_at')} as expires_at`

const READ_SETUP = `select ${COLUMNS} from tollgate.method_setups where setup_id = $1`

interface Row {
  setup_id: string
  account_id: string
  provider: string
  provider_setup_id: string | null
  method_id: string
  url: string | null
  return_url: string
  makes_default: boolean
  consent: unknown
  actor: string
  state: MethodSetupState
  is_default: boolean | null
  refusal: MethodRefusal | null
  created_at_micros: bigint
  expires_at: string | null
}

/** Reads a setup; null: no such setup. */
export async function readMethodSetup(connection: Connection | Pool, setupId: string): Promise<MethodSetup | null> {
  const { rows } = await connection.query<Row>(READ_SETUP, [setupId])
  return rows[0] === undefined ? null : setupOf(rows[0])
}

function setupOf(row: Row): MethodSetup {
  return {
    setupId: row.setup_id,
    accountId: row.account_id,
    provider: row.provider,
    page:
      row.provider_setup_id === null
        ? null
        : { providerSetupId: row.provider_setup_id, url: row.url!, expiresAt: row.expires_at! },
    methodId: row.method_id,
    returnUrl: row.return_url,
    makesDefault: row.makes_default,
    consent: row.consent === null ? null : (fromCanonical(row.consent) as ConsentForNewMethod),
    actor: row.actor,
    createdAtMicros: Number(row.created_at_micros),
    state: row.state,
    isDefault: row.is_default,
    refusal: row.refusal,
  }
}

/** Finds an open setup by the provider's id; null: there is none. */
export async function findOpenSetup(
  pool: Pool,
  provider: string,
  providerSetupId: string,
): Promise<MethodSetup | null> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from tollgate.method_setups
      where provider = $1 and provider_setup_id = $2 and state = 'open'`,
    [provider, providerSetupId],
  )
  return rows[0] === undefined ? null : setupOf(rows[0])
}

/** The outcome of the visit to the provider's page. */
export type SetupOutcome =
  | { readonly state: 'saved'; readonly card: Card }
  | { readonly state: 'canceled' }
  | { readonly state: 'expired' }

const CONCLUDE_SETUP = `
  update tollgate.method_setups
     set state = $2, method_id = $3, is_default = $4, refusal = $5, concluded_at = $6::timestamptz
   where setup_id = $1`

/**
 * Concludes an open setup: saves its card, as the default if requested and consented to. If the consent does not match the
 * settings now in force, the card is saved but not made the default, and the refusal is stored. A setup that was concluded
 * before is not changed. Returns the setup.
 */
export async function concludeSetup(
  writer: Writer,
  { accountId, setupId }: Pick<MethodSetup, 'accountId' | 'setupId'>,
  outcome: SetupOutcome,
): Promise<MethodSetup> {
  const changed = await changeAccount<MethodSetup>(writer, accountId, async (locked) => {
    const { connection, clock } = locked
    const setup = (await readMethodSetup(connection, setupId))!
    if (setup.state !== 'open') return { change: null, answer: setup }
    const conclude = async (concluded: Pick<MethodSetup, 'state' | 'methodId' | 'isDefault' | 'refusal'>) => {
      const { state, methodId, isDefault, refusal } = concluded
      const now = formatInstant(clock.nowMicros)
      await connection.query(CONCLUDE_SETUP, [setupId, state, methodId, isDefault, refusal, now])
      return { ...setup, ...concluded }
    }
    const { methodId, provider, makesDefault, consent, actor } = setup
    if (outcome.state !== 'saved') {
      const answer = await conclude({ state: outcome.state, methodId, isDefault: null, refusal: null })
      return { change: null, answer }
    }
    const method = { ...outcome.card, methodId, provider }
    const auto = await readAutoTopUp(connection, accountId)
    if (auto.isClosed) {
      await saveAsRemoved(locked, method, actor)
      const answer = await conclude({ state: 'canceled', methodId, isDefault: null, refusal: 'account_closed' })
      return { change: null, answer }
    }
    const saved = { state: 'saved', methodId: await saveMethod(locked, method, actor) } as const
    if (!makesDefault) return { change: null, answer: await conclude({ ...saved, isDefault: false, refusal: null }) }
    const made = await makeDefault(locked, auto, saved.methodId, consent && { ...consent, methodId: saved.methodId })
    if ('refused' in made) {
      return { change: null, answer: await conclude({ ...saved, isDefault: false, refusal: made.refused }) }
    }
    return { change: made.change, answer: await conclude({ ...saved, isDefault: true, refusal: null }) }
  })
  if (!('answer' in changed)) throw new TypeError(`setup ${setupId} is of account ${accountId}, which does not exist`)
  return changed.answer
}

/** The least recently checked ones first, so that none is missed, however many there are. */
const TAKE_OPEN = `
  update tollgate.method_setups s set looked_at = clock_timestamp()
    from (
      select setup_id as id from tollgate.method_setups
       where provider = $1 and state = 'open'
       order by looked_at nulls first
       limit $2::integer
         for update skip locked
    ) as open
   where s.setup_id = open.id
  returning ${COLUMNS}`

/** Takes up to `limit` open setups to be checked, and notes that they were. */
export async function takeOpenSetups(pool: Pool, provider: string, limit: number): Promise<MethodSetup[]> {
  const { rows } = await pool.query<Row>(TAKE_OPEN, [provider, limit])
  return rows.map(setupOf)
}
