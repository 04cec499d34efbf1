/**
 * The two databases of a lane, the ledger's and the sandbox's, with a simulated clock: `clock_timestamp()` and `now()` are
 * found in a schema of the simulation before the server's. They advance by only a microsecond per call until the simulation
 * advances the time. Histories use them one after another, each from the same initial state.
 *
 * A backup copies the rows of every table of the ledger, and a restore replaces them. That takes milliseconds, where copying
 * the database takes a second. The server then reports that it was restarted. Sequences are not reset, as nothing here depends
 * on them. Commits do not wait for the disk: no history cuts the power.
 */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { migrate } from '../../src/platform/migrate.ts'

export interface LaneDatabase {
  readonly ledgerUrl: string
  readonly sandboxUrl: string
  /** For reading both without any code of the product. bigints are bigints. */
  readonly ledger: pg.Client
  readonly sandbox: pg.Client
  /** Stores the initial state of every history. */
  keepAsBeginning(): Promise<void>
  begin(atMs: number): Promise<void>
  backUp(): Promise<void>
  restore(): Promise<void>
  /** Of the databases' clock and of this thread. */
  nowMicros(): number
  pass(seconds: number): Promise<void>
  close(): Promise<void>
}

const SIMULATED = `
  create schema simulated;
  create table simulated.clock (at timestamptz not null, restores integer not null);
  insert into simulated.clock values ('2026-01-01Z', 0);
  create sequence simulated.tick;
  create function simulated.clock_timestamp() returns timestamptz language sql volatile as
    $$ select at + nextval('simulated.tick') * interval '1 microsecond' from simulated.clock $$;
  create function simulated.now() returns timestamptz language sql stable as $$ select at from simulated.clock $$;
  create function simulated.pg_postmaster_start_time() returns text language sql stable as
    $$ select format('after restore %s', restores) from simulated.clock $$;`

const SETTINGS = ['search_path = simulated, pg_catalog, public', 'synchronous_commit = off']

/** All tables written during histories, in no order: foreign keys are not checked when rows are restored. */
const TABLES = `
  select c.relname as name, coalesce(bool_or(a.attidentity = 'a'), false) as has_identity
    from pg_catalog.pg_class c
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0
   where c.relnamespace = 'tollgate'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     and c.relname <> 'catalog_versions'
   group by c.relname`

export async function openLaneDatabase(server: string): Promise<LaneDatabase> {
  const name = `histories_${randomBytes(6).toString('hex')}`
  const ledgerUrl = databaseUrl(server, name)
  const sandboxUrl = databaseUrl(server, `${name}_sandbox`)
  for (const each of [name, `${name}_sandbox`]) {
    await on(server, `create database ${each}`)
    for (const setting of SETTINGS) await on(server, `alter database ${each} set ${setting}`)
  }
  await on(ledgerUrl, SIMULATED)
  await migrate(ledgerUrl)
  const ledger = await connect(ledgerUrl)
  await migrate(sandboxUrl, () => {}, 'sandbox')
  const sandbox = await connect(sandboxUrl)
  const { rows: tables } = await ledger.query<{ name: string; has_identity: boolean }>(TABLES)
  const { rows: ofSandbox } = await sandbox.query<{ name: string }>(
    `select relname as name from pg_catalog.pg_class
      where relnamespace = 'sandbox'::regnamespace and relkind = 'r' and relname <> 'change_counter'`,
  )
  const emptySandbox = asOne([
    ...ofSandbox.map((table) => `delete from sandbox.${table.name}`),
    "update sandbox.change_counter set last_change = 0, changed_at = '1970-01-01Z'",
  ])
  for (const copy of ['beginning', 'backup']) {
    await ledger.query(`create schema ${copy}`)
    for (const { name: table } of tables)
      await ledger.query(`create unlogged table ${copy}.${table} (like tollgate.${table})`)
  }
  const backUp = (copy: string) =>
    asOne(
      tables.flatMap(({ name: table }) => [
        `delete from ${copy}.${table}`,
        `insert into ${copy}.${table} select * from tollgate.${table}`,
      ]),
    )
  const restore = (copy: string) =>
    asOne(
      tables.flatMap(({ name: table, has_identity }) => [
        `delete from tollgate.${table}`,
        `insert into tollgate.${table} ${has_identity ? 'overriding system value' : ''} select * from ${copy}.${table}`,
      ]),
    )
  const setClock = (atMs: number) =>
    ledger.query('update simulated.clock set at = to_timestamp($1::float8 / 1000)', [atMs])

  let atMs = Date.UTC(2026, 0, 1)
  let ticks = 0
  const realNow = Date.now
  Date.now = () => atMs
  let histories = 0

  return {
    ledgerUrl,
    sandboxUrl,
    ledger,
    sandbox,
    async keepAsBeginning() {
      await ledger.query(backUp('beginning'))
    },
    async begin(beginsAtMs) {
      atMs = beginsAtMs
      ticks = 0
      await ledger.query(restore('beginning'))
      await ledger.query("select setval('simulated.tick', 1)")
      await setClock(atMs)
      await sandbox.query(emptySandbox)
      // Rows left by earlier histories would slow down later ones.
      if (++histories % 25 === 0) await Promise.all([ledger.query('vacuum'), sandbox.query('vacuum')])
    },
    backUp: async () => void (await ledger.query(backUp('backup'))),
    async restore() {
      await ledger.query(restore('backup'))
      await ledger.query('update simulated.clock set restores = restores + 1')
    },
    nowMicros: () => atMs * 1_000 + ++ticks,
    async pass(seconds) {
      atMs += seconds * 1_000
      await setClock(atMs)
    },
    async close() {
      Date.now = realNow
      await Promise.all([ledger.end(), sandbox.end()])
      for (const each of [name, `${name}_sandbox`]) await on(server, `drop database if exists ${each} with (force)`)
    },
  }
}

/** One transaction, without triggers and foreign keys: rows are stored as they were. */
function asOne(statements: readonly string[]): string {
  return ['begin', 'set local session_replication_role = replica', ...statements, 'commit'].join(';\n')
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}

async function connect(url: string): Promise<pg.Client> {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text))
  const client = new pg.Client({ connectionString: url, types })
  await client.connect()
  return client
}

async function on(url: string, statement: string): Promise<void> {
  const client = await connect(url)
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
