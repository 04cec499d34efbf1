/** What becomes of the speed when there is more of everything: each against the small case of the same run. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type pg from 'pg'
import { benchEndToEnd, RECORDED } from './end-to-end.ts'
import { against, type Figure, find } from './figures.ts'
import { uniformMix } from './mixes.ts'
import { openRig, type RigOptions } from './rig.ts'

const LONGEST_PREFIX = 14

export interface GrowthOptions {
  readonly messages: number
  readonly rows: number
  readonly accounts: number
  readonly prefixes: number
  readonly partitions: number
}

export async function benchGrowth({
  messages,
  rows,
  accounts,
  prefixes,
  partitions,
}: GrowthOptions): Promise<Figure[]> {
  const catalogDirectory = catalogWith(prefixes)
  try {
    const cases: readonly (readonly [name: string, options: RigOptions])[] = [
      ['small', {}],
      [`${rows.toLocaleString('en-US')} rows`, { prepare: (database) => fillTables(database, rows) }],
      [`${accounts.toLocaleString('en-US')} accounts`, { accounts }],
      [`${prefixes.toLocaleString('en-US')} prefixes`, { catalogDirectory }],
      [`${partitions} partitions`, { partitions }],
    ]
    const figures: Figure[] = []
    for (const [name, options] of cases) {
      const rig = await openRig(options)
      try {
        const scenario = `growth: ${name}`
        const measured = await benchEndToEnd(scenario, rig, uniformMix, { runs: 3, messages })
        const small = figures.length === 0 ? measured : figures
        const recorded = find(measured, scenario, RECORDED)
        figures.push(against(recorded, find(small, 'growth: small', RECORDED)))
      } finally {
        await rig.close()
      }
    }
    return figures
  } finally {
    rmSync(catalogDirectory, { recursive: true, force: true })
  }
}

/** Usage of last year, spread over the accounts, every second event charged, as a rater would have left it. */
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

/** The sample catalog, with so many prefixes in each of its outbound decks. */
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
  for (let digits = 1; filled.length < prefixes && digits <= LONGEST_PREFIX; digits++) {
    for (const row of parents) {
      for (let tail = 0; tail < 10 ** digits && filled.length < prefixes; tail++) {
        const prefix = prefixOf(row) + String(tail).padStart(digits, '0')
        if (prefix.length > LONGEST_PREFIX || known.has(prefix)) continue
        known.add(prefix)
        filled.push(row.split(',').with(prefixColumn, prefix).join(','))
      }
    }
  }
  return `${[header, ...filled].join('\n')}\n`
}
