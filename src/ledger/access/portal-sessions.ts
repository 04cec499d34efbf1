/**
 * Sessions of the billing page. A dashboard requests a link for one of its users. The link can be used once, by the browser
 * that opens the page, and becomes a session. Only hashes of both secrets are stored: the secrets are random, so a plain hash
 * is enough, and a copy of the table gives no access.
 *
 * The end of a session follows from its row and the database's clock, so it ends in all processes at once.
 */

import { hash, randomBytes } from 'node:crypto'
import type { Pool } from '../../platform/postgres.ts'
import { instantText } from '../../platform/sql.ts'
import { type UpkeepPage, upkeepPage } from '../../platform/upkeep.ts'

/** Short enough to keep a link on one line, and too long to guess within its five minutes. */
const LINK_BYTES = 16
const SESSION_BYTES = 32

/** Just long enough for a link to reach a browser. */
export const LINK_VALID_SECONDS = 5 * 60
/** A session ends after this time without a request. */
export const SESSION_IDLE_SECONDS = 30 * 60
export const SESSION_MAX_SECONDS = 12 * 60 * 60
/** For how long one can look up who opened the page, and who vouched for them. */
export const SESSIONS_KEPT_DAYS = 30

export interface WantedPortalSession {
  readonly accountId: string
  /** Their id in the dashboard, and their name. */
  readonly person: { readonly id: string; readonly name: string }
  readonly role: 'admin' | 'member'
  readonly locale: string
  /** Who vouches for the person. */
  readonly actor: string
}

/** A new link: the only time that its token is known. */
export interface PortalLink {
  readonly token: string
  /** RFC 3339, UTC. */
  readonly expiresAt: string
}

const INSERT_LINK = `
  insert into tollgate.portal_sessions
         (link_hash, account_id, person_id, person_name, role, locale, created_by, link_expires_at)
  select $1::bytea, account_id, $3::text, $4::text, $5::text, $6::text, $7::text,
         clock_timestamp() + make_interval(secs => $8::integer)
    from tollgate.accounts where account_id = $2
  returning ${instantText('link_expires_at')} as expires_at`

/** Creates a link that opens the page once; null: no such account. */
export async function createPortalLink(
  pool: Pool,
  { accountId, person, role, locale, actor }: WantedPortalSession,
): Promise<PortalLink | null> {
  const token = randomBytes(LINK_BYTES).toString('base64url')
  const values = [hashOf(token), accountId, person.id, person.name, role, locale, actor, LINK_VALID_SECONDS]
  const { rows } = await pool.query<{ expires_at: string }>(INSERT_LINK, values)
  return rows[0] === undefined ? null : { token, expiresAt: rows[0].expires_at }
}

/**
 * Of several concurrent attempts the first one gets the row; the others wait, check again, and find the link used. Earlier
 * sessions of this browser for the same account end, as the new cookie replaces theirs.
 */
const OPEN = `
  with opened as (
    update tollgate.portal_sessions
       set opened_at = clock_timestamp(), last_used_at = clock_timestamp(), session_hash = $2
     where link_hash = $1 and opened_at is null and ended_at is null and link_expires_at > clock_timestamp()
    returning account_id
  ), replaced as (
    update tollgate.portal_sessions s set ended_at = clock_timestamp()
      from opened
     where s.session_hash = any($3::bytea[]) and s.account_id = opened.account_id and s.ended_at is null
  )
  select account_id from opened`

/** Turns a link into a session. `secrets`: the browser's session cookies. Null: the link is used, expired, ended or unknown. */
export async function openPortalSession(
  pool: Pool,
  token: string,
  secrets: readonly string[],
): Promise<{ readonly secret: string; readonly accountId: string } | null> {
  if (!isLinkToken(token)) return null
  const secret = randomBytes(SESSION_BYTES).toString('base64url')
  const values = [hashOf(token), hashOf(secret), secrets.map(hashOf)]
  const { rows } = await pool.query<{ account_id: string }>(OPEN, values)
  return rows[0] === undefined ? null : { secret, accountId: rows[0].account_id }
}

export interface PortalSession {
  /** The secret in the browser's cookie. */
  readonly secret: string
  readonly accountId: string
  readonly person: { readonly id: string; readonly name: string }
  readonly role: 'admin' | 'member'
  readonly locale: string
  /** Instants are RFC 3339, UTC. */
  readonly openedAt: string
  /** When it ends if no further request comes. */
  readonly expiresAt: string
  /** When it ends in any case. */
  readonly endsAt: string
}

const IDLE = `interval '${SESSION_IDLE_SECONDS} seconds'`
const MAX = `interval '${SESSION_MAX_SECONDS} seconds'`

const FIND = `
  select encode(session_hash, 'hex') as session_hash, account_id, person_id, person_name, role, locale,
         ${instantText('opened_at')} as opened_at,
         ${instantText(`least(last_used_at + ${IDLE}, opened_at + ${MAX})`)} as expires_at,
         ${instantText(`(opened_at + ${MAX})`)} as ends_at
    from tollgate.portal_sessions
   where session_hash = any($1::bytea[]) and ended_at is null
     and last_used_at > now() - ${IDLE} and opened_at > now() - ${MAX}`

interface SessionRow {
  session_hash: string
  account_id: string
  person_id: string
  person_name: string
  role: 'admin' | 'member'
  locale: string
  opened_at: string
  expires_at: string
  ends_at: string
}

/** Finds the current sessions of a browser, in the order of its cookies, without noting their use. */
export async function findPortalSessions(pool: Pool, secrets: readonly string[]): Promise<PortalSession[]> {
  const hashes = secrets.map((secret) => ({ secret, hash: hashOf(secret) }))
  if (hashes.length === 0) return []
  const { rows } = await pool.query<SessionRow>({
    name: 'find-portal-sessions',
    text: FIND,
    values: [hashes.map(({ hash }) => hash)],
  })
  return hashes.flatMap(({ secret, hash }) => {
    const row = rows.find(({ session_hash }) => session_hash === hash.toString('hex'))
    return row === undefined ? [] : [sessionOf(row, secret)]
  })
}

function sessionOf(row: SessionRow, secret: string): PortalSession {
  return {
    secret,
    accountId: row.account_id,
    person: { id: row.person_id, name: row.person_name },
    role: row.role,
    locale: row.locale,
    openedAt: row.opened_at,
    expiresAt: row.expires_at,
    endsAt: row.ends_at,
  }
}

const LAST_LOCALE = `
  select locale from tollgate.portal_sessions
   where account_id = $1 and last_used_at is not null
   order by last_used_at desc
   limit 1`

/**
 * The locale of the person who used the billing page last, for pages that know only the account: they are reached from the
 * billing page. Null: nobody has used it lately.
 */
export async function readLastLocale(pool: Pool, accountId: string): Promise<string | null> {
  const { rows } = await pool.query<{ locale: string }>(LAST_LOCALE, [accountId])
  return rows[0]?.locale ?? null
}

/** Written at most once a minute, so a page that polls costs no more than one that is only open. */
const NOTE_USE = `
  update tollgate.portal_sessions set last_used_at = now()
   where session_hash = $1 and ended_at is null and last_used_at < now() - interval '1 minute'
  returning ${instantText(`least(last_used_at + ${IDLE}, opened_at + ${MAX})`)} as expires_at`

/** Notes the use of a session, to the minute, which postpones its end. Returns the updated session. */
export async function usePortalSession(pool: Pool, session: PortalSession): Promise<PortalSession> {
  const { rows } = await pool.query<{ expires_at: string }>(NOTE_USE, [hashOf(session.secret)])
  return rows[0] === undefined ? session : { ...session, expiresAt: rows[0].expires_at }
}

const END = `
  update tollgate.portal_sessions set ended_at = clock_timestamp() where session_hash = $1 and ended_at is null`

/** Ends a session, in all tabs. */
export async function endPortalSession(pool: Pool, secret: string): Promise<void> {
  await pool.query(END, [hashOf(secret)])
}

const END_OF_PERSON = `
  update tollgate.portal_sessions set ended_at = clock_timestamp()
   where account_id = $1 and person_id = $2 and ended_at is null
     and case when opened_at is null then link_expires_at > now()
              else last_used_at > now() - ${IDLE} and opened_at > now() - ${MAX} end`

/** Ends all sessions and unused links of a person, and returns how many there were. */
export async function endPortalSessionsOf(pool: Pool, accountId: string, personId: string): Promise<number> {
  const { rowCount } = await pool.query(END_OF_PERSON, [accountId, personId])
  return rowCount ?? 0
}

const SESSIONS_PER_PAGE = 1_000

/** Everything that old ended weeks ago. Skips rows that another process is deleting. */
const DELETE_OLD = `
  with deleted as (
    delete from tollgate.portal_sessions s
     using (
       select link_hash from tollgate.portal_sessions
        where created_at < now() - make_interval(days => $1::integer)
        order by created_at
        limit $2::integer
          for update skip locked
     ) as old
     where s.link_hash = old.link_hash
    returning s.created_at
  )
  select count(*)::integer as count,
         extract(epoch from now() - make_interval(days => $1::integer) - min(created_at))::float8 as overdue_seconds
    from deleted`

/** Deletes a page of the links and sessions older than `SESSIONS_KEPT_DAYS`, oldest first. */
export function deleteOldPortalSessions(pool: Pool, sessionsPerPage: number = SESSIONS_PER_PAGE): Promise<UpkeepPage> {
  return upkeepPage(pool, DELETE_OLD, [SESSIONS_KEPT_DAYS, sessionsPerPage], sessionsPerPage)
}

/** Whether a text looks like the token of a link. */
export function isLinkToken(text: string): boolean {
  return /^[\w-]{22}$/.test(text)
}

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}
