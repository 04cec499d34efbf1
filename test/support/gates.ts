/**
 * Gates in a database: a transaction that would bring a row of a table to some state waits while the gate of that state is
 * shut.
 */
import type pg from 'pg'

export interface Gates {
  shut(state: string): Promise<void>
  open(state: string): Promise<void>
  isReached(state: string): Promise<boolean>
}

const GATE_KEY = 4711

const plantGates = (table: string) => `
  create function public.wait_at_gate() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock_shared(${GATE_KEY}, hashtext(new.state));
    return new;
  end $$;
  create trigger wait_at_gate before insert or update on ${table} for each row execute function public.wait_at_gate()`

const SHUT = `select pg_advisory_lock(${GATE_KEY}, hashtext($1))`
const OPEN = `select pg_advisory_unlock(${GATE_KEY}, hashtext($1))`
const IS_REACHED = `
  select exists (
    select from pg_locks
     where locktype = 'advisory' and not granted and classid = ${GATE_KEY}
       and objid = (hashtext($1)::bigint & 4294967295)::oid
       and database = (select oid from pg_database where datname = current_database())) as found`

/** They start open. One client holds the locks, so it must stay the same. */
export async function openGates(client: pg.Client, table: string): Promise<Gates> {
  await client.query(plantGates(table))
  return {
    shut: async (state) => void (await client.query(SHUT, [state])),
    open: async (state) => void (await client.query(OPEN, [state])),
    async isReached(state) {
      const { rows } = await client.query<{ found: boolean }>(IS_REACHED, [state])
      return rows[0]!.found
    },
  }
}
