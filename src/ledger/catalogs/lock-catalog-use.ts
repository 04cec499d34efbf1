/**
 * Keeps apart what must not pass each other unseen: publishing a catalog, which asks what accounts use, and applying
 * accounts, which asks what the catalogs offer. Neither question locks a row that the other writes (a new account has
 * none yet), so both hold one advisory lock for their transaction: a publication alone, applications together. Taken before
 * any account lock, by both, so that they never wait for each other in a circle; rating never takes it.
 *
 * A statement of its own: what is read after it sees all that was committed before the lock was granted.
 */
import type { Connection } from '../../platform/postgres.ts'

/** Any number will do that nothing else in the database locks: "catalog" in ASCII. */
const CATALOG_USE_KEY = 0x636174616c6f67n

/** Nobody applies accounts, and nobody else publishes, until the transaction ends. */
export async function lockCatalogUse(connection: Connection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock($1::bigint)', [CATALOG_USE_KEY])
}

/** Nobody publishes a catalog until the transaction ends. */
export async function shareCatalogUse(connection: Connection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock_shared($1::bigint)', [CATALOG_USE_KEY])
}
