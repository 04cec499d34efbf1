/** Runs `tollgate verify` on the demo: books, topics and offsets, while everything is still running. */
import { createDecoder } from '../src/intake/decode.ts'
import { sandboxDatabaseUrl } from '../src/payments/providers/sandbox/database.ts'
import { findSandboxProvider } from '../src/payments/providers/sandbox/provider.ts'
import { createKafka } from '../src/platform/kafka/client.ts'
import { createLog } from '../src/platform/log.ts'
import { USAGE_TOPICS } from '../src/topics.ts'
import { verify } from '../src/verify/verify.ts'
import type { Installation } from '../testkit/installation.ts'

const ROWS_PER_SECOND = 200_000
const CALL_MS = 20_000

/** One line per fault; empty: everything is proved. */
export async function verifyInstallation({ config, pool }: Installation): Promise<string[]> {
  const faults: string[] = []
  const log = createLog('error')
  const provider = await findSandboxProvider({
    databaseUrl: sandboxDatabaseUrl(config.database.url, config.sandbox.databaseUrl),
    log,
    deadlineMs: CALL_MS,
    connections: 1,
  })
  await verify(
    {
      kafka: createKafka(config.kafka, log),
      pool,
      decoder: createDecoder(config.kafka.schemaRegistryUrl),
      consumerGroup: config.kafka.consumerGroup,
      usageTopics: USAGE_TOPICS,
      recordTopics: config.publishing.recordTopics,
      provider,
    },
    { rowsPerSecond: ROWS_PER_SECOND, onProgress: () => {} },
    ({ severity, check, accountId, detail }) => {
      if (severity === 'fault') faults.push(`FAIL ${check} ${accountId ?? ''}: ${detail}`)
    },
  ).finally(() => provider?.close())
  return faults
}
