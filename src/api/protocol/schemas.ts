/**
 * Schemas of the values in requests and answers, each under its OpenAPI name. Amounts are decimal strings in units of
 * the currency and instants are RFC 3339 in UTC; neither is ever a number. Requests accept no field that is not named
 * here; answers may gain fields.
 */
import { z } from 'zod'
import { formatInstant, parseInstantOrDate } from '../../core/instant.ts'
import { CURRENCIES, formatMoney, parseMoney } from '../../core/money.ts'
import { BILLING_MODES } from '../../core/settings/settings.ts'
import { REQUEST_KEY_FORM } from '../../ledger/changes/request-keys.ts'

/** An amount, with as many digits before the point as the largest amount that is stored. */
const AMOUNT = /^-?\d{1,13}(\.\d{1,6})?$/

export const Money = z
  .string()
  // `abort`: refinements added later may then rely on a valid amount.
  .regex(AMOUNT, { error: 'must be a decimal such as "25.00", with at most 6 digits after the point', abort: true })
  .meta({ id: 'Money', description: 'A decimal amount in units of the currency.', examples: ['25.00'] })

/** Above zero, to the sixth digit. */
export const PositiveMoney = z
  .string()
  .regex(/^(?=.*[1-9])\d{1,12}(\.\d{1,6})?$/, {
    error: 'must be a decimal above 0 such as "25.00", with at most 6 digits after the point',
  })
  .meta({ description: 'A decimal amount above 0, in units of the currency.', examples: ['25.00'] })

/** Above or below zero, to the sixth digit. */
export const NonZeroMoney = z
  .string()
  .regex(/^-?(?=.*[1-9])\d{1,13}(\.\d{1,6})?$/, {
    error: 'must be a decimal other than 0 such as "-25.00", with at most 6 digits after the point',
  })
  .meta({ description: 'A decimal amount other than 0, in units of the currency.', examples: ['25.00'] })

/** Parses a string that `Money` has accepted. */
export function microsOf(money: string): bigint {
  const micros = parseMoney(money)
  if (micros === null) throw new TypeError(`${money} is not an amount, but passed validation`)
  return micros
}

export function microsOrNull(money: string | null): bigint | null {
  return money === null ? null : microsOf(money)
}

export function moneyOrNull(micros: bigint | null): string | null {
  return micros === null ? null : formatMoney(micros)
}

export const CurrencyCode = z.enum(CURRENCIES).meta({ id: 'Currency', description: 'ISO 4217 code.' })

/** In answers: always UTC. */
export const Instant = z.iso.datetime({ precision: 6 }).meta({
  id: 'Instant',
  description: 'An RFC 3339 instant in UTC, with microseconds.',
  examples: ['2026-03-01T08:10:00.000000Z'],
})

/** In requests: an instant with any offset, or a date, meaning its midnight in UTC. */
export const GivenInstant = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'must be an RFC 3339 instant such as 2026-03-01T08:10:00Z, or a date such as 2026-03-01',
  })
  .meta({ description: 'An RFC 3339 instant, or a date for its midnight in UTC.', examples: ['2026-03-01T00:00:00Z'] })

/** Parses a string that `GivenInstant` has accepted, to microseconds since 1970. */
export function instantOf(text: string): number {
  const micros = parseInstantOrDate(text)
  if (micros === null) throw new TypeError(`${text} is not an instant, but passed validation`)
  return micros
}

/** The instant in UTC as the ledger takes it; null if none is given. */
export function instantTextOrNull(given: string | null | undefined): string | null {
  return given == null ? null : formatInstant(instantOf(given))
}

export const CalendarDate = z.iso.date({ error: 'must be a date such as 2026-01-31' })

/** The ids that producers and accounts files may use. */
export const AccountId = z
  .string()
  .regex(/^[\x20-\x7e]{1,64}$/, { error: 'must be 1 to 64 printable ASCII characters' })
  .meta({ description: "The account's id.", examples: ['acme'] })

export const AccountParams = z.object({ account_id: AccountId })

/** Text typed by a person: one line, nothing that cannot be shown or stored. */
export function text(maxLength: number) {
  return (
    z
      .string()
      .min(1)
      .max(maxLength)
      // Spelled out, because readers of the OpenAPI document may not support Unicode classes.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
      .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, { error: 'must not contain control characters' })
      .regex(/\S/, { error: 'must not be blank' })
      .refine((value) => value.isWellFormed(), { error: 'must be well-formed Unicode' })
  )
}

/** Ids made by us or by usage events. */
export const Id = z.string().regex(/^[\x20-\x7e]{1,200}$/, { error: 'must be 1 to 200 printable ASCII characters' })

export const BillingMode = z
  .enum(BILLING_MODES)
  .meta({ description: 'How usage is paid for: from credit, by invoice, or not at all because the plan includes it.' })

export const IdempotencyKey = z
  .string()
  .regex(REQUEST_KEY_FORM, { error: 'must be 1 to 200 printable ASCII characters' })
  .meta({
    description:
      'A random value that you choose for each operation that must happen only once. Repeating the key returns the first answer, for 30 days.',
  })

/** Headers of requests that move money or start work. */
export const IdempotencyHeaders = z.object({ 'idempotency-key': IdempotencyKey })

/** Headers of requests that change something which others may have changed meanwhile. */
export const IfMatchHeaders = z.object({
  'if-match': z.string().max(200).optional().meta({
    description: 'The ETag of the version that you have read, or * to change the current version whatever it is.',
  }),
})

export const MAX_PAGE_ITEMS = 200

/** Enough for instants, numbers and our own ids. */
const CURSOR_CHARACTERS = 500

function cursorOf(maxCharacters: number) {
  return z
    .string()
    .regex(new RegExp(`^[\\w-]{1,${maxCharacters}}$`), { error: 'must be a value of next_cursor' })
    .optional()
    .meta({ description: 'The next_cursor of the previous page.' })
}

export const PageQuery = z.object({
  cursor: cursorOf(CURSOR_CHARACTERS),
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(MAX_PAGE_ITEMS)
    .default(50)
    .meta({ description: 'Maximum number of items on a page.' }),
})

/**
 * The query of a list that is ordered by ids of up to `maxIdCharacters`. A character has at most 3 bytes, which are 4
 * characters of a cursor.
 */
export function pageQueryByIds(maxIdCharacters: number) {
  return PageQuery.extend({ cursor: cursorOf(CURSOR_CHARACTERS + 4 * maxIdCharacters) })
}

/** A page of a list. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next_cursor: z.string().nullable().meta({ description: 'Cursor of the next page. Null on the last page.' }),
  })
}

export const ProblemSchema = z
  .object({
    type: z.string().meta({ description: 'The kind of problem, for programs. Stable.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do, for people.' }),
    request_id: z.string().meta({ description: 'Identifies the request, for support.' }),
    retryable: z.boolean().meta({ description: 'Whether the same request may succeed later.' }),
    errors: z
      .array(
        z.object({
          path: z.string().meta({ description: 'JSON pointer to the value, e.g. /body/amount or /query/limit.' }),
          code: z.string(),
          detail: z.string(),
          limit: z.string().optional().meta({ description: 'The bound that the value violates.' }),
        }),
      )
      .optional(),
    faults: z
      .array(
        z.object({
          file: z.string(),
          line: z
            .int()
            .nullable()
            .meta({ description: 'Line number, from 1. Null if the fault concerns the file as a whole.' }),
          reason: z.string(),
        }),
      )
      .optional()
      .meta({ description: 'The first faults of the files that were sent.' }),
    fault_count: z.int().optional().meta({ description: 'Number of faults in the files.' }),
    current: z
      .object({
        etag: z.string(),
        changed_by: z.string().nullable(),
        changed_by_name: z.string().nullable().meta({
          description:
            'Their display name, otherwise their name when they last opened the billing page. Null if neither is known, as for services.',
        }),
        changed_at: Instant,
      })
      .optional()
      .meta({ description: 'The current version, if it was changed in the meantime.' }),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' })
