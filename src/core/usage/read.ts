/**
 * Reads a usage event from the plain record that JSON or Avro decoding gives: first its shape, then its numbers. Whatever
 * is wrong is returned as a refusal that names the field; no input makes it throw.
 */
import { type InstantMicros, parseInstant } from '../instant.ts'
import { USAGE_TYPES, type UsageEvent, type UsageFacts, type UsageType } from './event.ts'
import { isNumber } from './number.ts'

/** Why a record is not a usage event, with its ids where they are readable, so that the refusal can be traced. */
export interface ReadRefusal {
  readonly reason: 'invalid_event' | 'invalid_number'
  readonly detail: string
  readonly eventId: string | null
  readonly accountId: string | null
}

export type ReadResult = { readonly event: UsageEvent } | { readonly refusal: ReadRefusal }

/** Beyond this a number is not exact, and two instants could look the same. */
const EXACT_INSTANTS_MICROS = Number.MAX_SAFE_INTEGER

type Fields = Readonly<Record<string, unknown>>

/** Thrown and caught within this file only, so that each field is read in one line. */
class Refused {
  readonly reason: ReadRefusal['reason']
  readonly detail: string
  constructor(reason: ReadRefusal['reason'], detail: string) {
    this.reason = reason
    this.detail = detail
  }
}

/** Reads an event from one line of JSON. A line that is not JSON is an `invalid_event`. */
export function readUsageJson(line: string): ReadResult {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return { refusal: { reason: 'invalid_event', detail: 'not JSON', eventId: null, accountId: null } }
  }
  return readUsage(value)
}

/** Reads an event from parsed JSON: its `type` is a field, and `occurred_at` is RFC 3339 text. */
export function readUsage(value: unknown): ReadResult {
  return readRecord(value, null)
}

/** Reads an event of a known type from a record decoded from Avro: `occurred_at` is text or whole microseconds. */
export function readUsageRecord(record: unknown, type: UsageType): ReadResult {
  return readRecord(record, type)
}

/** `type` is null for JSON. */
function readRecord(value: unknown, type: UsageType | null): ReadResult {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { refusal: { reason: 'invalid_event', detail: 'not an object', eventId: null, accountId: null } }
  }
  const fields = value as Fields
  try {
    const occurredAt = type === null ? instantText(fields['occurred_at']) : fields['occurred_at']
    return { event: readFields(fields, type ?? readType(fields), occurredAt) }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return {
      refusal: {
        reason: error.reason,
        detail: error.detail,
        eventId: isId(fields['event_id']) ? fields['event_id'] : null,
        accountId: isId(fields['account_id']) ? fields['account_id'] : null,
      },
    }
  }
}

function readFields(fields: Fields, type: UsageType, occurredAt: unknown): UsageEvent {
  const eventId = readId(fields, 'event_id')
  const facts: UsageFacts = {
    eventId,
    accountId: readId(fields, 'account_id'),
    occurredAtMicros: readOccurredAt(occurredAt),
    userId: readOptionalText(fields, 'user_id'),
    interactionId: readOptionalText(fields, 'interaction_id') ?? eventId,
  }
  switch (type) {
    case 'call': {
      const direction = readOneOf(fields, 'direction', ['outbound', 'inbound'])
      const leg = isGiven(fields['leg']) ? readOneOf(fields, 'leg', ['direct', 'forwarded']) : 'direct'
      const from = readOptionalText(fields, 'from')
      const to = readText(fields, 'to')
      const durationSeconds = readDuration(fields)
      const placedByUser = direction === 'outbound' && leg === 'direct'
      if (placedByUser && (facts.userId === null || facts.userId === '')) {
        throw new Refused('invalid_event', 'user_id is required on an outbound direct call')
      }
      requireNumber('to', to)
      if (placedByUser && from !== null) requireNumber('from', from)
      return { type, ...facts, direction, leg, from, to, durationSeconds }
    }
    case 'toll_free': {
      const from = readOptionalText(fields, 'from')
      const to = readText(fields, 'to')
      const durationSeconds = readDuration(fields)
      requireNumber('to', to)
      return { type, ...facts, from, to, durationSeconds }
    }
    case 'message': {
      const channel = readOneOf(fields, 'channel', ['sms', 'mms', 'whatsapp'])
      const direction = readOneOf(fields, 'direction', ['outbound', 'inbound'])
      const from = readOptionalText(fields, 'from')
      const to = readText(fields, 'to')
      const fragments = readWhole(fields, 'fragments', 1, 1000)
      requireNumber('to', to)
      return { type, ...facts, channel, direction, from, to, fragments }
    }
    case 'conversation_intelligence':
      return { type, ...facts, durationSeconds: readDuration(fields) }
    case 'voice_agent': {
      const agentId = readRequiredText(fields, 'agent_id')
      return { type, ...facts, agentId, durationSeconds: readDuration(fields) }
    }
    case 'other': {
      const sku = readRequiredText(fields, 'sku')
      return { type, ...facts, sku, quantity: readWhole(fields, 'quantity', 0, 1_000_000_000) }
    }
    case 'correction': {
      const corrects = readId(fields, 'corrects')
      if (corrects === eventId) throw new Refused('invalid_event', 'corrects names the correction itself')
      return { type, ...facts, corrects }
    }
  }
}

function readType(fields: Fields): UsageType {
  return readOneOf(fields, 'type', USAGE_TYPES)
}

/** In JSON an instant is text. A number would be ambiguous, as its unit is unknown, so it is rejected. */
function instantText(value: unknown): unknown {
  return typeof value === 'string' ? value : undefined
}

/** RFC 3339 text, or the whole microseconds of Avro. */
function readOccurredAt(value: unknown): InstantMicros {
  const instantMicros = typeof value === 'string' ? parseInstant(value) : value
  if (typeof instantMicros !== 'number') throw new Refused('invalid_event', 'occurred_at is not an RFC 3339 instant')
  if (!Number.isInteger(instantMicros) || Math.abs(instantMicros) > EXACT_INSTANTS_MICROS) {
    throw new Refused('invalid_event', 'occurred_at is outside the years 1684 to 2255')
  }
  return instantMicros
}

function readDuration(fields: Fields): number {
  return readWhole(fields, 'duration_seconds', 0, 86_400)
}

function readWhole(fields: Fields, name: string, least: number, most: number): number {
  const value = fields[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw new Refused('invalid_event', `${name} is not a whole number from ${least} to ${most}`)
  }
  // JSON can say -0, which is the same quantity as 0.
  return value === 0 ? 0 : value
}

function readOneOf<const T extends string>(fields: Fields, name: string, values: readonly T[]): T {
  const value = fields[name]
  for (const known of values) if (known === value) return known
  throw new Refused('invalid_event', `${name} is not one of ${values.join(', ')}`)
}

/** 1 to 64 printable ASCII characters. */
function readId(fields: Fields, name: string): string {
  const value = fields[name]
  if (!isId(value)) throw new Refused('invalid_event', `${name} is not 1 to 64 printable ASCII characters`)
  return value
}

/** Whether a value can be an event's or an account's id: 1 to 64 printable ASCII characters. */
export function isId(value: unknown): value is string {
  if (typeof value !== 'string' || value.length < 1 || value.length > 64) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code < 32 || code > 126) return false
  }
  return true
}

function readText(fields: Fields, name: string): string {
  const value = fields[name]
  if (typeof value !== 'string') throw new Refused('invalid_event', `${name} is not text`)
  return requireStorable(name, value)
}

function readRequiredText(fields: Fields, name: string): string {
  const value = readText(fields, name)
  if (value === '') throw new Refused('invalid_event', `${name} is empty`)
  return value
}

/** Absent and null are alike. */
function readOptionalText(fields: Fields, name: string): string | null {
  const value = fields[name]
  if (!isGiven(value)) return null
  if (typeof value !== 'string') throw new Refused('invalid_event', `${name} is not text`)
  return requireStorable(name, value)
}

/** An announcement of the event must fit into a message, and its user and interaction into an index entry. */
const MAX_TEXT_LENGTH = 2_000

/** The database cannot store NUL, and a lone surrogate is not valid UTF-8: neither would survive storage. */
function requireStorable(name: string, value: string): string {
  if (value.length > MAX_TEXT_LENGTH) {
    throw new Refused('invalid_event', `${name} is longer than ${MAX_TEXT_LENGTH} characters`)
  }
  if (value.includes('\0') || !value.isWellFormed()) throw new Refused('invalid_event', `${name} is not valid text`)
  return value
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}

function requireNumber(name: string, value: string): void {
  if (!isNumber(value)) {
    throw new Refused('invalid_number', `${name} is neither E.164 with its plus nor a short code of 2 to 6 digits`)
  }
}
