/**
 * Loads a catalog: its directory becomes bytes by name, and the bytes become one immutable catalog, or every fault that
 * stands in the way. A catalog with one error is refused whole; the version in force stays.
 *
 * The bytes are kept apart from their reading because published versions are stored as the bytes they came as: the same
 * files always give the same catalog, wherever they were kept.
 */
import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import type { CallRate, Catalog, Deck, MessagePriceKey, MessageRate, Tariff } from '../core/catalog/catalog.ts'
import { buildPrefixTable, longestPrefix } from '../core/catalog/prefix-table.ts'
import {
  CATALOG_FILE,
  type CatalogOutline,
  type FileReference,
  readCatalogFile,
  type TariffOutline,
} from './catalog-file.ts'
import { readCallDeck, readMessageDeck, readNumbering } from './decks.ts'
import { type Fault, FaultList } from './faults.ts'

/** `catalog.yaml` and every file it names, under the names it gives them. */
export interface CatalogFiles {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Why a file that is named is not among them, by its name. */
  readonly unreadable: ReadonlyMap<string, string>
}

export interface ParsedCatalog {
  /** Null if and only if `faults` has an error. */
  readonly catalog: Catalog | null
  readonly faults: Fault[]
}

/** Reads a directory from disk. Never throws: what cannot be read is in `unreadable`, and `parseCatalog` says where it is named. */
export function readCatalogDirectory(directory: string): CatalogFiles {
  const files = new Map<string, Uint8Array>()
  const unreadable = new Map<string, string>()
  const read = (name: string) => {
    const found = readInside(directory, name)
    if (typeof found === 'string') unreadable.set(name, found)
    else files.set(name, found)
  }
  read(CATALOG_FILE)
  const bytes = files.get(CATALOG_FILE)
  const outline = bytes === undefined ? null : readCatalogFile(bytes, new FaultList())
  if (outline !== null) for (const { name } of namedFiles(outline)) if (!files.has(name)) read(name)
  return { files, unreadable }
}

/** Reads the bytes of a catalog and reports every fault at once. */
export function parseCatalog(
  files: ReadonlyMap<string, Uint8Array>,
  unreadable: ReadonlyMap<string, string> = new Map(),
): ParsedCatalog {
  const faults = new FaultList()
  const bytes = files.get(CATALOG_FILE)
  if (bytes === undefined) faults.error(CATALOG_FILE, null, unreadable.get(CATALOG_FILE) ?? 'file is missing')
  const outline = bytes === undefined ? null : readCatalogFile(bytes, faults)
  if (outline === null) return { catalog: null, faults: faults.sorted() }

  /** Each file is read once however many tariffs name it, and they share the deck. */
  const readOnce = <Table>(read: (bytes: Uint8Array, file: string) => Table) => {
    const known = new Map<string, Table | null>()
    return (reference: FileReference | null): Table | null => {
      if (reference === null) return null
      const { name, line } = reference
      let table = known.get(name)
      if (table === undefined) {
        const fileBytes = files.get(name)
        if (fileBytes === undefined)
          faults.error(CATALOG_FILE, line, `${name}: ${unreadable.get(name) ?? 'file is missing'}`)
        table = fileBytes === undefined ? null : read(fileBytes, name)
        known.set(name, table)
      }
      return table
    }
  }
  const numbering =
    readOnce((bytes, file) => readNumbering(bytes, file, faults))(outline.numbering) ?? buildPrefixTable([])
  const callDeck = readOnce((bytes, file) => readCallDeck(bytes, file, faults, numbering))
  const messageDeck = readOnce((bytes, file) => readMessageDeck(bytes, file, faults, numbering))
  const tariffs = new Map<string, Tariff>()
  for (const [id, tariff] of outline.tariffs) tariffs.set(id, withDecks(tariff, callDeck, messageDeck))

  const { rounding, emergencyNumbers, regions, packages } = outline
  const catalog: Catalog = { rounding, emergencyNumbers, numbering, regions, packages, tariffs }
  if (faults.errorCount > 0) return { catalog: null, faults: faults.sorted() }
  warnOfCountries(outline, catalog, faults)
  return { catalog, faults: faults.sorted() }
}

/** The catalog of a directory, with the files it was read from. */
export function loadCatalog(directory: string): ParsedCatalog & { readonly files: ReadonlyMap<string, Uint8Array> } {
  const { files, unreadable } = readCatalogDirectory(directory)
  return { ...parseCatalog(files, unreadable), files }
}

/** SHA-256, in hex, of names and bytes. Each is preceded by its length, or a byte could move from one file to the next unseen. */
export function catalogHash(files: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash('sha256')
  for (const name of [...files.keys()].sort()) {
    for (const part of [Buffer.from(name), files.get(name)!]) {
      const length = Buffer.alloc(8)
      length.writeBigUInt64BE(BigInt(part.length))
      hash.update(length).update(part)
    }
  }
  return hash.digest('hex')
}

function namedFiles(outline: CatalogOutline): FileReference[] {
  const references = [outline.numbering]
  for (const { outbound, tollFree, messages } of outline.tariffs.values()) {
    references.push(outbound, tollFree, ...messages.values())
  }
  return references.filter((reference) => reference !== null)
}

/** The bytes of a file below `directory`, or why they cannot be had. A link that leads out of it is not followed. */
function readInside(directory: string, name: string): Uint8Array | string {
  try {
    const root = realpathSync(directory)
    const path = realpathSync(join(root, name))
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return "leads outside the catalog's directory"
    // A pipe or a device would keep the reader waiting.
    if (!statSync(path).isFile()) return 'is not a file'
    return readFileSync(path)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return code === 'ENOENT' ? 'file is missing' : `cannot be read (${code ?? String(error)})`
  }
}

function withDecks(
  outline: TariffOutline,
  callDeck: (reference: FileReference | null) => Deck<CallRate> | null,
  messageDeck: (reference: FileReference | null) => Deck<MessageRate> | null,
): Tariff {
  const outbound = callDeck(outline.outbound)
  const tollFree = callDeck(outline.tollFree)
  const messages = new Map<MessagePriceKey, Deck<MessageRate>>()
  for (const [key, reference] of outline.messages) {
    const deck = messageDeck(reference)
    if (deck !== null) messages.set(key, deck)
  }
  return { ...outline, outbound, tollFree, messages }
}

/** A country without numbers matches no call; one without a price refuses every call the package does not cover. */
function warnOfCountries(outline: CatalogOutline, catalog: Catalog, faults: FaultList): void {
  const { numbering, tariffs } = catalog
  const rows = numbering.rows.flat()
  const numbered = new Set(rows.map((row) => row.country))
  const reached = new Set<string | null>()
  for (const deck of new Set([...tariffs.values()].map((tariff) => tariff.outbound))) {
    if (deck === null) continue
    // Reached by a rate for the country or a part of it, or for more than the country, such as +1.
    for (const [rate] of deck.rates.rows) {
      reached.add(longestPrefix(numbering, rate!.prefix, always)?.country ?? null)
    }
    for (const row of rows) {
      if (!reached.has(row.country) && longestPrefix(deck.rates, row.prefix, always)) reached.add(row.country)
    }
  }
  for (const { country, line, listedBy, isOfPackage } of outline.countries) {
    if (!numbered.has(country))
      faults.warning(CATALOG_FILE, line, `${listedBy}: no numbering row has country ${country}`)
    else if (isOfPackage && !reached.has(country)) {
      faults.warning(CATALOG_FILE, line, `${listedBy}: no outbound deck reaches ${country}`)
    }
  }
}

function always(): boolean {
  return true
}
