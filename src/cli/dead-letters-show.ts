/**
 * `tollgate dead-letters show TOPIC/PARTITION/OFFSET`: everything known of a dead letter. Phone numbers are masked
 * unless asked for, and so are undecodable bytes, which may contain one.
 */
import { maskNumber } from '../core/usage/masked-number.ts'
import { createDecoder, type Decoder } from '../intake/decode.ts'
import { type ListedDeadLetter, type Position, readDeadLettersAt } from '../ledger/dead-letters/list-dead-letters.ts'
import { type Original, readOriginals } from '../ledger/dead-letters/read-originals.ts'
import { RegistryUnavailable } from '../platform/kafka/registry.ts'
import { USAGE_TOPICS } from '../topics.ts'
import { onOneLine } from './columns.ts'
import { CommandFailed, writeOutput } from './command.ts'
import { readConfig, withDatabase } from './connected.ts'
import { positionOf } from './dead-letters-list.ts'

/** Enough to see the magic byte and schema id, or that it is something else. */
const SHOWN_BYTES = 16
const NUMBER_FIELDS: ReadonlySet<string> = new Set(['from', 'to'])

export async function showLetter(positionText: string, { reveal = false }: { reveal?: boolean }): Promise<void> {
  const position = parsePosition(positionText)
  const { kafka } = readConfig('kafka', 'database', 'log')
  const decoder = createDecoder(kafka.schemaRegistryUrl)
  await withDatabase(async (pool) => {
    const letters = await readDeadLettersAt(pool, position)
    if (letters.length === 0) throw new CommandFailed(`there is no dead letter at ${positionText}`, 1)
    const originals = await readOriginals(pool, letters)
    const texts = await Promise.all(letters.map((letter, i) => textOf(letter, originals[i]!, decoder, reveal)))
    await writeOutput(texts.join('\n'))
  })
}

function parsePosition(text: string): Position {
  const [, topic, partition, offset] = /^([\w.-]{1,249})\/(\d{1,9})\/(\d{1,18})$/.exec(text) ?? []
  if (topic === undefined) throw new CommandFailed(`${text} is not a position such as TOPIC/PARTITION/OFFSET`, 2)
  return { topic, partition: Number(partition), offset: BigInt(offset!) }
}

async function textOf(
  letter: ListedDeadLetter,
  { key, value, headers }: Original,
  decoder: Decoder,
  reveal: boolean,
): Promise<string> {
  const lines = [
    ['position', positionOf(letter)],
    ['recorded at', letter.recordedAt],
    ['reason', letter.reason],
    ['detail', onOneLine(letter.detail)],
    ['account', letter.accountId ?? 'unknown'],
    ['event', letter.eventId ?? 'unknown'],
    ['replays', letter.replayedAt === null ? '0' : `${letter.replays}, the last one at ${letter.replayedAt}`],
    ['key', bytesText(key)],
    ...headers.map((header) => ['header', `${onOneLine(header.name)}: ${bytesText(header.value)}`] as const),
    ['value', await valueText(letter, value, decoder, reveal)],
  ] as const
  return lines.map(([name, text]) => `${`${name}:`.padEnd(10)}${text}\n`).join('')
}

async function valueText(
  { topic, isValueKept }: ListedDeadLetter,
  value: Buffer | null,
  decoder: Decoder,
  reveal: boolean,
): Promise<string> {
  if (!isValueKept)
    return 'not stored: its retention has ended, or it was recorded before values were stored; the topic may still have it'
  if (value === null) return 'null, a tombstone'
  const size = `${value.length} bytes`
  const decoded = await decode(decoder, topic, value)
  if ('record' in decoded) {
    const record = reveal ? decoded.record : masked(decoded.record)
    return `${size}\n${JSON.stringify(record, null, 2)}`
  }
  const shown = reveal ? value : value.subarray(0, SHOWN_BYTES)
  const rest = shown.length < value.length ? ` and ${value.length - shown.length} bytes more (--reveal)` : ''
  return `${size}, not decoded: ${decoded.why}\n${shown.toString('hex')}${rest}`
}

async function decode(decoder: Decoder, topic: string, value: Buffer): Promise<{ record: unknown } | { why: string }> {
  if (!USAGE_TOPICS.has(topic)) return { why: 'no schema is known for the topic' }
  try {
    const decoded = await decoder.decode(topic, value)
    return 'record' in decoded ? decoded : { why: decoded.refusal.detail }
  } catch (error) {
    if (error instanceof RegistryUnavailable) return { why: error.message }
    throw error
  }
}

function masked(record: unknown): unknown {
  const fields = Object.entries(record as Record<string, unknown>)
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name,
      NUMBER_FIELDS.has(name) && typeof value === 'string' ? maskNumber(value) : value,
    ]),
  )
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** As text if it is text without control characters, which the terminal would interpret; else in hex. */
function bytesText(bytes: Buffer | null): string {
  if (bytes === null) return 'null'
  try {
    const text = utf8.decode(bytes)
    if (!/\p{Cc}/u.test(text)) return JSON.stringify(text)
  } catch {
    // Not UTF-8: shown in hex.
  }
  return `0x${bytes.toString('hex')}`
}
