/**
 * Serialises what must not pass each other unseen: publishing a catalog, which asks what accounts use, and applying
 * accounts, which asks what the catalogs offer. Neither question locks a row that the other writes (a new account has
 * none yet), so both hold one advisory lock for their transaction. Taken before any account lock, by both, so that they
 * never wait for each other in a circle; rating takes it never.
 */
import type { Connection } from '../platform/postgres.ts'

/** Any number will do that nothing else in the database locks: "catalog" in ASCII. */
const CATALOG_USE_KEY = 0x636174616c6f67n

/** A statement of its own: what is read after it sees all that was committed before the lock was granted. */
export async function lockCatalogUse(connection: Connection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock($1::bigint)', [CATALOG_USE_KEY])
}
