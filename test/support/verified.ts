/** `verify` of an installation, as the command runs it, with everything that it finds. */
import { createDecoder } from '../../src/intake/decode.ts'
import { sandboxDatabaseUrl } from '../../src/payments/providers/sandbox/database.ts'
import { findSandboxProvider } from '../../src/payments/providers/sandbox/provider.ts'
import { createLog } from '../../src/platform/log.ts'
import { USAGE_TOPICS } from '../../src/topics.ts'
import type { Fault } from '../../src/verify/fault.ts'
import { type Summary, verify } from '../../src/verify/verify.ts'
import type { TestInstallation } from './installation.ts'
import { testClient } from './topics.ts'

export async function findFaults(
  { pool, config }: Pick<TestInstallation, 'pool' | 'config'>,
  rowsPerSecond = 1_000_000,
): Promise<{ faults: Fault[]; summary: Summary; lines: string[] }> {
  const faults: Fault[] = []
  const lines: string[] = []
  const provider = await findSandboxProvider({
    databaseUrl: sandboxDatabaseUrl(config.database.url),
    log: createLog('silent'),
    deadlineMs: 20_000,
  })
  const summary = await verify(
    {
      kafka: testClient(),
      pool,
      decoder: createDecoder(config.kafka.schemaRegistryUrl),
      consumerGroup: config.kafka.consumerGroup,
      usageTopics: USAGE_TOPICS,
      recordTopics: config.publishing.recordTopics,
      provider,
    },
    { rowsPerSecond, onProgress: (line) => lines.push(line) },
    (fault) => faults.push(fault),
  ).finally(() => provider?.close())
  return { faults, summary, lines }
}
