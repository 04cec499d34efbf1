/**
 * `tollgate explain ACCOUNT EVENT`: why an event cost what it cost, rule by rule, and whether it would cost the same
 * again.
 */

import { type Explanation, explainDecision, fieldName } from '../core/audit/explain.ts'
import type { DecisionFigures, StoredUsage } from '../core/audit/recorded-usage.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { formatInstant } from '../core/instant.ts'
import { formatMoney } from '../core/money.ts'
import type { AccountSettings } from '../core/settings/settings.ts'
import { readDecision, readRefusals } from '../ledger/audit/read-decision.ts'
import { CatalogStore } from '../ledger/catalogs/catalogs.ts'
import { readSettings } from '../ledger/changes/read-settings.ts'
import type { Pool } from '../platform/postgres.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { withDatabase } from './connected.ts'

export async function explain(accountId: string, eventId: string, options: { json?: boolean }): Promise<void> {
  await withDatabase(async (pool) => {
    const stored = await readDecision(pool, accountId, eventId)
    if (stored === null) throw await notRecorded(pool, accountId, eventId)
    const explanation = explainDecision(stored, await settingsOf(pool, stored), await catalogOf(pool, stored))
    await writeOutput(options.json ? `${JSON.stringify(jsonOf(stored, explanation))}\n` : textOf(explanation))
    if (!explanation.same) {
      throw new CommandFailed(`event ${eventId} of account ${accountId}: the record and its recomputation differ`, 1)
    }
  })
}

async function notRecorded(pool: Pool, accountId: string, eventId: string): Promise<CommandFailed> {
  const refusals = await readRefusals(pool, accountId, eventId)
  const why = refusals.map(
    ({ reason, detail, topic, partition, offset, recorded_at }) =>
      `; refused ${recorded_at} (${topic}, partition ${partition}, offset ${offset}): ${reason}${detail && `, ${detail}`}`,
  )
  return new CommandFailed(`no event ${eventId} of account ${accountId} is recorded${why.join('')}`, 1)
}

async function settingsOf(pool: Pool, { accountId, settingsVersion }: StoredUsage): Promise<AccountSettings> {
  const [settings] = await readSettings(pool, [{ accountId, version: settingsVersion }])
  if (settings === undefined) {
    throw new CommandFailed(`settings version ${settingsVersion} of account ${accountId} is not stored`, 1)
  }
  return settings
}

async function catalogOf(pool: Pool, { catalogVersion }: StoredUsage): Promise<Catalog | null> {
  if (catalogVersion === null) return null
  const store = new CatalogStore()
  await store.load(pool, [catalogVersion])
  const resolved = store.resolve([{ version: catalogVersion, inForceFromMicros: Number.NEGATIVE_INFINITY }])
  if ('missing' in resolved) throw new CommandFailed(`catalog version ${catalogVersion} is not stored`, 1)
  return resolved.catalogs[0]!.catalog
}

function textOf({ steps, verdict }: Explanation): string {
  return `${steps.map((step, i) => `${i + 1}. ${step}\n`).join('')}${verdict}\n`
}

function jsonOf(stored: StoredUsage, { steps, recomputed, same }: Explanation) {
  const { accountId, eventId, occurredAtMicros, recordedAtMicros, catalogVersion, settingsVersion, type } = stored
  return {
    account_id: accountId,
    event_id: eventId,
    stored: {
      type,
      occurred_at: formatInstant(occurredAtMicros),
      recorded_at: formatInstant(recordedAtMicros),
      catalog_version: catalogVersion,
      settings_version: settingsVersion,
      corrected_by: stored.correctedBy?.eventId ?? null,
      ...figuresOf(stored.figures),
    },
    steps,
    recomputed: recomputed.figures === null ? null : figuresOf(recomputed.figures),
    same,
  }
}

function figuresOf(figures: DecisionFigures): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [
      fieldName(name as keyof DecisionFigures),
      typeof value === 'bigint' ? formatMoney(value) : value,
    ]),
  )
}
