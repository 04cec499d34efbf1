/**
 * Serialises publishing a catalog, which checks what accounts use, with applying accounts, which checks what catalogs offer.
 * Neither check locks a row that the other writes (a new account has no row yet), so both take one advisory lock for their
 * transaction: publishing exclusively, applying shared. Both take it before any account lock, so they never deadlock. Rating
 * never takes it.
 *
 * Locking is a separate statement: statements after it see everything that was committed before the lock was granted.
 */
import type { Connection } from '../../platform/postgres.ts'

/** Any number that nothing else in the database locks: "catalog" in ASCII. */
const CATALOG_USE_KEY = 0x636174616c6f67n

/** Locks exclusively: until the transaction ends no accounts are applied and no other catalog is published. */
export async function lockCatalogUse(connection: Connection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock($1::bigint)', [CATALOG_USE_KEY])
}

/** Locks shared: until the transaction ends no catalog is published. */
export async function shareCatalogUse(connection: Connection): Promise<void> {
  await connection.query('select pg_advisory_xact_lock_shared($1::bigint)', [CATALOG_USE_KEY])
}
