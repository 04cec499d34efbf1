/**
 * The log: JSON lines on stderr, because stdout is for the output of commands. Phone numbers and credentials are
 * redacted here, so that no caller can forget to.
 */
import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

const STDERR = 2

const SECRET_FIELDS = ['from', 'to', 'from_number', 'to_number', 'authorization', 'password', 'databaseUrl', 'redisUrl']

/** Creates the log of a process. */
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
        // Fast redaction cannot match at any depth; log calls nest at most two levels (an event, headers of a request).
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    stream,
  )
}

interface LoggedDetails {
  readonly code?: unknown
  readonly constraint?: unknown
  readonly table?: unknown
  readonly errors?: unknown
}

/**
 * An error as it is logged. A database error quotes the refused row in `detail`, `where` and sometimes the message, and
 * a row contains phone numbers: so only the code and the constraint's name are logged of it.
 */
function withoutData(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const { code, constraint, table, cause, errors } = error as Error & LoggedDetails
  const quotesData = typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code)
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  return {
    type: error.name,
    message: quotesData ? 'the database refused the data' : error.message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint, table }),
    ...(cause === undefined ? {} : { cause: withoutData(cause) }),
    // Of several failures at once, such as one per topic, only these say what went wrong.
    ...(Array.isArray(errors) ? { errors: errors.map(withoutData) } : {}),
    stack: frames.join('\n'),
  }
}
