/**
 * What is known of an account that somebody follows, and what of it a stream has not said yet. Newer is so by (epoch,
 * version), part by part: whatever comes late, twice or from a database that was restored, nothing steps back.
 */
import type { NewerParts } from '../../view/changes.ts'

/** A place in a series. */
export interface Place {
  readonly epoch: number
  readonly version: bigint
}

export type PartName = keyof NewerParts

/** All parts, once the account was read. */
export type LiveFacts = Required<NewerParts>

export function isNewer(place: Place, than: Place | null | undefined): boolean {
  if (than == null) return true
  return place.epoch > than.epoch || (place.epoch === than.epoch && place.version > than.version)
}

export interface Merged {
  readonly facts: NewerParts
  /** The parts that were newer. */
  readonly moved: ReadonlySet<PartName>
}

/** Takes of each part the newer one. */
export function merge(known: NewerParts, heard: NewerParts): Merged {
  const moved = new Set<PartName>()
  const facts: Record<string, unknown> = { ...known }
  for (const name of PART_NAMES) {
    const part = heard[name]
    if (part === undefined || !isNewer(part, known[name])) continue
    facts[name] = part
    moved.add(name)
  }
  return { facts: facts as NewerParts, moved }
}

export const PART_NAMES = ['balance', 'status', 'settings', 'topUps'] as const satisfies readonly PartName[]

export function isComplete(facts: NewerParts): facts is LiveFacts {
  return PART_NAMES.every((name) => facts[name] !== undefined)
}

/** How far a stream, or the client before it reconnected, has come; a part is absent before it was said. */
export interface Seen extends Partial<Readonly<Record<PartName, Place>>> {
  /** Digest of the notices. */
  readonly notices?: string
}

const LETTERS = { balance: 'b', status: 'c', settings: 's', topUps: 't' } as const satisfies Record<PartName, string>
const NOTICES = 'n'

/** The `id:` of an event: `b1.5,c1.2,s1.3,t1.8,n4f7a...`. Clients hand it back and look at nothing in it. */
export function eventId(seen: Seen): string {
  const parts = PART_NAMES.flatMap((name) => {
    const place = seen[name]
    return place === undefined ? [] : [`${LETTERS[name]}${place.epoch}.${place.version}`]
  })
  if (seen.notices !== undefined) parts.push(`${NOTICES}${seen.notices}`)
  return parts.join(',')
}

const PLACE = /^([a-z])(\d{1,10})\.(\d{1,19})$/
const DIGEST = /^n([\w-]{1,64})$/

/** What an id says; parts that it does not have, or that cannot be read, count as not said yet. */
export function seenFrom(id: string | undefined): Seen {
  const seen: Record<string, unknown> = {}
  for (const text of (id ?? '').slice(0, MAX_ID_CHARACTERS).split(',')) {
    const [, letter, epoch, version] = PLACE.exec(text) ?? []
    const name = PART_NAMES.find((one) => LETTERS[one] === letter)
    if (name !== undefined) seen[name] = { epoch: Number(epoch), version: BigInt(version!) }
    const digest = DIGEST.exec(text)?.[1]
    if (digest !== undefined) seen.notices = digest
  }
  return seen as Seen
}

const MAX_ID_CHARACTERS = 500

/** How many steps a series has made since; null where that cannot be told, as in another epoch. */
export function stepsSince(place: Place, seen: Place | undefined): number | null {
  if (seen === undefined || seen.epoch !== place.epoch) return null
  return Number(place.version - seen.version)
}
