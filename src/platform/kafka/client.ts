/** The Kafka client, its log bridged to ours. Its own reconnecting is quick; whoever calls it decides how long to go on. */
import { Kafka, type LogEntry, logLevel } from 'kafkajs'
import type { Config } from '../config.ts'
import type { Logger } from '../log.ts'
import { asClient, type KafkaClient } from './kafkajs.ts'

export type { KafkaClient }

/** Connects to nothing yet. */
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
  // What the client calls information is detail to an operator; and so is an answer that it goes on to retry by itself
  // ("the coordinator is loading"): what it cannot mend, it throws.
  if (level > logLevel.WARN || ROUTINE.test(message)) log.debug(fields, message)
  else if (level === logLevel.WARN) log.warn(fields, message)
  else log.error(fields, message)
}

const ROUTINE =
  /^Response |^Limiting retries for the idempotent producer|another concurrent operation on the same transaction/
