/**
 * Loads a catalog in two steps: a directory becomes bytes by file name, and the bytes become an immutable catalog or a list
 * of faults. A single error rejects the whole catalog, and the version in force stays.
 *
 * The steps are separate because published versions are stored as their original bytes: the same files always give the same
 * catalog, wherever they are stored.
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

/** `catalog.yaml` and the files it names, by name. */
export interface CatalogFiles {
  readonly files: ReadonlyMap<string, Uint8Array>
  /** Why a named file could not be read, by its name. */
  readonly unreadable: ReadonlyMap<string, string>
}

export interface ParsedCatalog {
  /** Null if and only if `faults` has an error. */
  readonly catalog: Catalog | null
  readonly faults: Fault[]
}

/** Reads a catalog's directory. Never throws: failures are in `unreadable`, and `parseCatalog` reports where they are named. */
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

/** Parses the files of a catalog and reports all faults at once. */
export function parseCatalog(
  files: ReadonlyMap<string, Uint8Array>,
  unreadable: ReadonlyMap<string, string> = new Map(),
): ParsedCatalog {
  const faults = new FaultList()
  const bytes = files.get(CATALOG_FILE)
  if (bytes === undefined) faults.error(CATALOG_FILE, null, unreadable.get(CATALOG_FILE) ?? 'file is missing')
  const outline = bytes === undefined ? null : readCatalogFile(bytes, faults)
  if (outline === null) return { catalog: null, faults: faults.sorted() }

  /** A file named by several tariffs is read once, and they share its deck. */
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

/** SHA-256, in hex, over names and bytes, each preceded by its length: moving a byte between files changes the hash. */
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

/** The bytes of a file below `directory`, or why it cannot be read. A link that leads out of the directory is not followed. */
function readInside(directory: string, name: string): Uint8Array | string {
  try {
    const root = realpathSync(directory)
    const path = realpathSync(join(root, name))
    if (!path.startsWith(root.endsWith(sep) ? root : root + sep)) return "leads outside the catalog's directory"
    // Reading a pipe or a device could block.
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

/** A country without numbering rows matches no call. Without a price, every call that the package does not cover is refused. */
function warnOfCountries(outline: CatalogOutline, catalog: Catalog, faults: FaultList): void {
  const { numbering, tariffs } = catalog
  const { rows } = numbering
  const numbered = new Set(rows.map((row) => row.country))
  const reached = new Set<string | null>()
  for (const deck of new Set([...tariffs.values()].map((tariff) => tariff.outbound))) {
    if (deck === null) continue
    // A rate reaches a country if its prefix is within the country, or covers more than it, as +1 does.
    for (const { prefix } of deck.rates.rows) reached.add(longestPrefix(numbering, prefix, always)?.country ?? null)
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
