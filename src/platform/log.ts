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
      redact: {
        // Fast redaction has no "at any depth": two levels are what log calls use (an event, headers of a request).
        paths: SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: '[redacted]',
      },
    },
    stream,
  )
}
