/**
 * Decides every recorded event again, with the versions that it names, and compares the outcome. It reads pages by account and
 * event; what is recorded behind the current page in the meantime is ignored.
 */
import { recompute } from '../core/audit/recompute.ts'
import { type DecisionFigures, differingFigures, type StoredUsage } from '../core/audit/recorded-usage.ts'
import type { Catalog } from '../core/catalog/catalog.ts'
import { formatMoney } from '../core/money.ts'
import type { AccountSettings } from '../core/settings/settings.ts'
import {
  BEFORE_ALL_DECISIONS,
  type DecisionOnRecord,
  type DecisionPosition,
  readDecisions,
} from '../ledger/audit/read-decision.ts'
import { CatalogStore } from '../ledger/catalogs/catalogs.ts'
import { readSettings } from '../ledger/changes/read-settings.ts'
import type { Pool } from '../platform/postgres.ts'
import type { OnFault } from './fault.ts'
import type { Pace } from './pace.ts'

const EVENTS_PER_PAGE = 2_000

/**
 * Reports each event whose record differs from what its versions decide, or that does not have exactly one identity. Returns
 * how many events were decided again.
 */
export async function verifyCharges(pool: Pool, pace: Pace, onFault: OnFault): Promise<number> {
  const catalogs = createCatalogs(pool)
  let events = 0
  let after: DecisionPosition = BEFORE_ALL_DECISIONS
  let previous: DecisionOnRecord | null = null
  for (;;) {
    const page = await readDecisions(pool, after, EVENTS_PER_PAGE)
    const last = page.at(-1)
    if (last === undefined) return events
    const settings = await settingsOf(pool, page)
    for (const decision of page) {
      verifyIdentity(decision, previous, onFault)
      await verifyCharge(decision.stored, settings, catalogs, onFault)
      previous = decision
    }
    events += page.length
    await pace.took(page.length)
    after = last.stored
  }
}

/** Every event has one identity and one record. Only an expired correction has a record without an identity. */
function verifyIdentity(
  { stored, identityRecordedAtMicros }: DecisionOnRecord,
  previous: DecisionOnRecord | null,
  onFault: OnFault,
): void {
  if (stored.expired !== null || identityRecordedAtMicros === stored.recordedAtMicros) return
  const isTwice =
    previous?.stored.accountId === stored.accountId &&
    previous.stored.eventId === stored.eventId &&
    previous.stored.expired === null
  const what = isTwice ? 'is recorded twice' : 'is recorded without its identity, and could be charged again'
  const detail = `event ${stored.eventId} ${what}`
  onFault({ check: 'identity', invariant: 'A', severity: 'fault', accountId: stored.accountId, detail })
}

async function verifyCharge(
  stored: StoredUsage,
  settingsByVersion: ReadonlyMap<string, AccountSettings>,
  catalogs: Catalogs,
  onFault: OnFault,
): Promise<void> {
  const { accountId, eventId, settingsVersion, catalogVersion } = stored
  const wrong = (detail: string) =>
    onFault({
      check: 'charge',
      invariant: null,
      severity: 'fault',
      accountId,
      detail: `event ${eventId}: ${detail}`,
    })
  const settings = settingsByVersion.get(versionKey(accountId, settingsVersion))
  const catalog = catalogVersion === null ? null : await catalogs.get(catalogVersion)
  if (settings === undefined || catalog === undefined) {
    wrong(
      settings === undefined
        ? `settings version ${settingsVersion} is not stored`
        : `catalog version ${catalogVersion} is not stored`,
    )
    return
  }
  const recomputed = recompute(stored, settings, catalog)
  if (recomputed.figures === null) {
    wrong(`cannot be recomputed: ${recomputed.why}`)
    return
  }
  const differing = differingFigures(stored.figures, recomputed.figures)
  if (differing.length === 0) return
  const shown = (figures: DecisionFigures, name: keyof DecisionFigures) => {
    const value = figures[name]
    return typeof value === 'bigint' ? formatMoney(value) : String(value)
  }
  const differences = differing.map(
    (name) => `${name} ${shown(stored.figures, name)}, by its versions ${shown(recomputed.figures, name)}`,
  )
  wrong(differences.join('; '))
}

async function settingsOf(pool: Pool, page: readonly DecisionOnRecord[]): Promise<Map<string, AccountSettings>> {
  const byKey = new Map<string, AccountSettings>()
  // One version at a time, as a page may have several versions of one account.
  for (const [version, ofVersion] of Map.groupBy(page, ({ stored }) => stored.settingsVersion)) {
    const accountIds = new Set(ofVersion.map(({ stored }) => stored.accountId))
    const asked = [...accountIds].map((accountId) => ({ accountId, version }))
    for (const settings of await readSettings(pool, asked)) byKey.set(versionKey(settings.accountId, version), settings)
  }
  return byKey
}

interface Catalogs {
  /** The catalog of a version; undefined: it is not stored. */
  get(version: number): Promise<Catalog | undefined>
}

function createCatalogs(pool: Pool): Catalogs {
  const store = new CatalogStore()
  const found = new Map<number, Catalog | undefined>()
  return {
    async get(version) {
      if (found.has(version)) return found.get(version)
      await store.load(pool, [version])
      const resolved = store.resolve([{ version, inForceFromMicros: Number.NEGATIVE_INFINITY }])
      const catalog = 'missing' in resolved ? undefined : resolved.catalogs[0]!.catalog
      found.set(version, catalog)
      return catalog
    },
  }
}

function versionKey(accountId: string, version: number): string {
  return `${accountId}\n${version}`
}
