/**
 * What is known of a followed account, and how much of it a stream has sent. Each part is ordered by (epoch, version),
 * so what comes late, twice or from a restored database never replaces something newer.
 */
import type { NewerParts } from '../../view/changes.ts'

/** A place in the series of versions of a part. */
export interface Place {
  readonly epoch: number
  readonly version: bigint
}

export type PartName = keyof NewerParts

/** All parts; known once the account has been read. */
export type LiveFacts = Required<NewerParts>

/** Whether a place is later than another by (epoch, version); anything is later than none. */
export function isNewer(place: Place, than: Place | null | undefined): boolean {
  if (than == null) return true
  return place.epoch > than.epoch || (place.epoch === than.epoch && place.version > than.version)
}

export interface Merged {
  readonly facts: NewerParts
  /** The parts that changed. */
  readonly moved: ReadonlySet<PartName>
}

/** Takes the newer version of each part. */
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

/** Whether every part is known. */
export function isComplete(facts: NewerParts): facts is LiveFacts {
  return PART_NAMES.every((name) => facts[name] !== undefined)
}

/** How far a stream has come, or the client before it reconnected; a part is absent until it has been sent. */
export interface Seen extends Partial<Readonly<Record<PartName, Place>>> {
  /** Digest of the notices. */
  readonly notices?: string
}

const LETTERS = { balance: 'b', status: 'c', settings: 's', topUps: 't' } as const satisfies Record<PartName, string>
const NOTICES = 'n'

/**
 * The `id:` of an event, such as `b1.5,c1.2,s1.3,t1.8,n4f7a...`. Opaque to clients, which send it back when they
 * reconnect.
 */
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

/** Reads an event id; parts that are missing or unreadable count as not sent yet. */
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

/** How many steps a series has made since `seen`; null if unknown, as after an epoch change. */
export function stepsSince(place: Place, seen: Place | undefined): number | null {
  if (seen === undefined || seen.epoch !== place.epoch) return null
  return Number(place.version - seen.version)
}
