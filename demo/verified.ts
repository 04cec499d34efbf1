/** What `tollgate verify` says of the books the demo made: they, the topics and the offsets, looked at while all still runs. */
import { createDecoder } from '../src/intake/decode.ts'
import { createKafka } from '../src/platform/kafka.ts'
import { createLog } from '../src/platform/log.ts'
import { USAGE_TOPICS } from '../src/topics.ts'
import { verify } from '../src/verify/verify.ts'
import type { Installation } from '../testkit/installation.ts'

const ROWS_PER_SECOND = 200_000

/** A line for each fault; none when all is proved. */
export async function verifyInstallation({ config, pool }: Installation): Promise<string[]> {
  const faults: string[] = []
  await verify(
    {
      kafka: createKafka(config.kafka, createLog('error')),
      pool,
      decoder: createDecoder(config.kafka.schemaRegistryUrl),
      consumerGroup: config.kafka.consumerGroup,
      usageTopics: USAGE_TOPICS,
      recordTopics: config.publishing.recordTopics,
    },
    { rowsPerSecond: ROWS_PER_SECOND, onProgress: () => {} },
    ({ severity, check, accountId, detail }) => {
      if (severity === 'fault') faults.push(`FAIL ${check} ${accountId ?? ''}: ${detail}`)
    },
  )
  return faults
}
