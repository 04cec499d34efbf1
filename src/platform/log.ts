/**
 * The log: JSON lines on stderr, because stdout is for machine output. Phone numbers and credentials are replaced here,
 * so that no caller can forget to.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

const STDERR = 2

const SECRET_FIELDS = ['from', 'to', 'from_number', 'to_number', 'authorization', 'password', 'databaseUrl', 'redisUrl']

export function createLog(
  level: string,
  stream: DestinationStream = destination({ dest: STDERR, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: withoutData },
      redact: {
        // Fast redaction has no "at any depth": two levels are what log calls use (an event, headers of a request).
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    stream,
  )
}

/**
 * What went wrong, and where in the code. A database error quotes the row it refused in `detail`, `where` and sometimes
 * its message, and a row holds phone numbers: of a refusal of data only its code and the constraint's name are told.
 */
function withoutData(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, constraint, table, cause } = error as Error & { code?: unknown; constraint?: unknown; table?: unknown }
  const quotesData = typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code)
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return {
    type: error.name,
    message: quotesData ? 'the database refused the data' : error.message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint, table }),
    ...(cause === undefined ? {} : { cause: withoutData(cause) }),
    stack: frames.join('\n'),
  }
}
