/** The Kafka client, with its log forwarded to ours. It retries only briefly; the caller decides how long to retry. */
import { Kafka, type LogEntry, logLevel } from 'kafkajs'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { asClient, type KafkaClient } from './kafkajs.ts'

export type { KafkaClient }

/** Creates the client. Does not connect yet. */
export function createKafka({ brokers }: Pick<Config['kafka'], 'brokers'>, log: Logger): KafkaClient {
  return asClient(
    new Kafka({
      clientId: 'tollgate',
      brokers,
      connectionTimeout: 3000,
      requestTimeout: 30_000,
      retry: { initialRetryTime: 100, maxRetryTime: 5000, retries: 8 },
      logLevel: logLevel.INFO,
      logCreator: () => (entry) => bridge(log, entry),
    }),
  )
}

function bridge(
  log: Logger,
  { level, namespace, log: { message, timestamp: _, logger: __, ...rest } }: LogEntry,
): void {
  const fields = { component: `kafka/${namespace}`, ...rest }
  // The client's info is only a detail to an operator. So is an error response that it retries by itself ("the
  // coordinator is loading"): it throws what it cannot handle.
  if (level > logLevel.WARN || ROUTINE.test(message)) log.debug(fields, message)
  else if (level === logLevel.WARN) log.warn(fields, message)
  else log.error(fields, message)
}

const ROUTINE =
  /^Response |^Limiting retries for the idempotent producer|another concurrent operation on the same transaction/
