/** Measures how speed changes with size, compared with the small case of the same run. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { benchEndToEnd, RECORDED } from './end-to-end.ts'
import { against, type Figure, find } from './figures.ts'
import { type Mix, uniformMix, zipfMix } from './mixes.ts'
import { openRig, type RigOptions } from './rig.ts'

const RUNS = 3
const MAX_PREFIX_DIGITS = 14

interface Case {
  readonly name: string
  readonly rig?: RigOptions
  readonly mix?: Mix
}

const SMALL: Case = { name: 'small' }

export function benchRows(messages: number, rows: number): Promise<Figure[]> {
  const prepare = (database: pg.Client) => fillTables(database, rows)
  return benchGrowth('growth-rows', messages, SMALL, { name: many(rows, 'rows'), rig: { prepare } })
}

export function benchAccounts(messages: number, accounts: number): Promise<Figure[]> {
  return benchGrowth('growth-accounts', messages, SMALL, { name: many(accounts, 'accounts'), rig: { accounts } })
}

export async function benchPrefixes(messages: number, prefixes: number): Promise<Figure[]> {
  const catalogDirectory = catalogWith(prefixes)
  try {
    const grown = { name: many(prefixes, 'prefixes'), rig: { catalogDirectory } }
    return await benchGrowth('growth-prefixes', messages, SMALL, grown)
  } finally {
    rmSync(catalogDirectory, { recursive: true, force: true })
  }
}

export function benchPartitions(messages: number, partitions: number): Promise<Figure[]> {
  return benchGrowth('growth-partitions', messages, SMALL, {
    name: many(partitions, 'partitions'),
    rig: { partitions },
  })
}

/** Not more of anything, but most of it for a few. */
export function benchZipf(messages: number): Promise<Figure[]> {
  return benchGrowth('growth-zipf', messages, { name: 'uniform' }, { name: 'zipf', mix: zipfMix })
}

async function benchGrowth(scenario: string, messages: number, small: Case, grown: Case): Promise<Figure[]> {
  const before = await recordedOf(scenario, messages, small)
  return [before, against(await recordedOf(scenario, messages, grown), before)]
}

/** Each case runs on a new stack, so that the data of one does not slow down the other. */
async function recordedOf(scenario: string, messages: number, { name, rig: options, mix }: Case): Promise<Figure> {
  const rig = await openRig(options)
  try {
    const full = `${scenario}: ${name}`
    return find(await benchEndToEnd(full, rig, mix ?? uniformMix, { runs: RUNS, messages }), full, RECORDED)
  } finally {
    await rig.close()
  }
}

function many(count: number, what: string): string {
  return `${count.toLocaleString('en-US')} ${what}`
}

/** Inserts usage as a rater would have recorded it, spread over the accounts, with every second event charged. */
async function fillTables(database: pg.Client, rows: number): Promise<void> {
  const events = `
    select 'bench-' || n % 10000 as account_id, 'old-' || n as event_id, now() - interval '1 hour' as at, n,
           2 + (n / 20000) as sequence
      from generate_series(0, ${rows - 1}) n`
  await database.query(
    `insert into tollgate.usage_identity (account_id, event_id, content_version, content_hash, recorded_at)
     select account_id, event_id, 1, sha256(event_id::bytea), at from (${events}) e`,
  )
  await database.query(
    `insert into tollgate.rated_usage (account_id, event_id, recorded_at, occurred_at, type, interaction_id, user_id, direction,
       leg, from_number, to_number, from_country, to_country, to_type, quantity, outcome, reason, units, covered_minutes,
       amount_micros, currency, deck, prefix, destination, catalog_version, settings_version, movement_sequence)
     select account_id, event_id, at, at, 'call', event_id, 'user-' || n % 50, 'outbound', 'direct', '+4930901820', '+33140205050',
            'DE', 'FR', 'geographic', 60, case when n % 20000 < 10000 then 'charged' else 'covered' end, 'bench', 1, 0,
            case when n % 20000 < 10000 then 10000 else 0 end, 'EUR', 'outbound-eur', '331', 'France', 1, 1,
            case when n % 20000 < 10000 then sequence end
       from (${events}) e`,
  )
  await database.query(
    `insert into tollgate.movements (account_id, sequence, recorded_at, occurred_at, kind, amount_micros, balance_before_micros,
       balance_after_micros, currency, event_id)
     select account_id, sequence, at, at, 'usage', -1, 1000000000 - (sequence - 2), 1000000000 - (sequence - 1), 'EUR', event_id
       from (${events}) e where n % 20000 < 10000`,
  )
  await database.query(
    `update tollgate.accounts a
        set last_sequence = m.last, balance_micros = 1000000000 - (m.last - 1)
       from (select account_id, max(sequence) as last from tollgate.movements group by account_id) m
      where a.account_id = m.account_id and m.last > 1`,
  )
}

/** The sample catalog with this many prefixes in each outbound deck. */
function catalogWith(prefixes: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'tollgate-bench-catalog-'))
  cpSync(join(import.meta.dirname, '../demo/catalog'), directory, { recursive: true })
  for (const deck of ['outbound-eur.csv', 'outbound-usd.csv']) {
    const file = join(directory, deck)
    writeFileSync(file, filledUp(readFileSync(file, 'utf8'), prefixes))
  }
  return directory
}

/** A deck filled up with longer prefixes of those it has, at the same price. A short code stands for itself and has none. */
export function filledUp(deck: string, prefixes: number): string {
  const [header, ...rows] = deck.trimEnd().split('\n')
  const columns = header!.split(',')
  const [prefixColumn, endColumn] = [columns.indexOf('prefix'), columns.indexOf('effective_to')]
  const prefixOf = (row: string) => row.split(',')[prefixColumn]!
  const filled = [...rows]
  const known = new Set(rows.map(prefixOf))
  // A row that ends has no longer prefixes either: they would end with it, each to be warned of.
  const parents = rows.filter((row) => prefixOf(row).startsWith('+') && row.split(',')[endColumn] === '')
  for (let digits = 1; filled.length < prefixes && digits <= MAX_PREFIX_DIGITS; digits++) {
    for (const row of parents) {
      for (let tail = 0; tail < 10 ** digits && filled.length < prefixes; tail++) {
        const prefix = prefixOf(row) + String(tail).padStart(digits, '0')
        if (prefix.length > MAX_PREFIX_DIGITS || known.has(prefix)) continue
        known.add(prefix)
        filled.push(row.split(',').with(prefixColumn, prefix).join(','))
      }
    }
  }
  return `${[header, ...filled].join('\n')}\n`
}
