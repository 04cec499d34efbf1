/** What `tollgate verify` says of the books the demo made: they, the topics and the offsets, looked at while all still runs. */
import { createDecoder } from '../src/intake/decode.ts'
import { USAGE_TOPICS } from '../src/pipeline.ts'
import { createKafka } from '../src/platform/kafka.ts'
import { createLog } from '../src/platform/log.ts'
import { verify } from '../src/verify/verify.ts'
import type { Installation } from '../testkit/installation.ts'

const ROWS_PER_SECOND = 200_000

/** A line for each fault; none when all is proved. */
export async function verifyInstallation({ config, pool }: Installation): Promise<string[]> {
  const faults: string[] = []
  await verify(
    {
      kafka: createKafka(config, createLog('error')),
      pool,
      decoder: createDecoder(config.schemaRegistryUrl),
      consumerGroup: config.consumerGroup,
      usageTopics: USAGE_TOPICS,
      recordTopics: config.recordTopics,
    },
    { rowsPerSecond: ROWS_PER_SECOND, onProgress: () => {} },
    ({ severity, check, accountId, detail }) => {
      if (severity === 'fault') faults.push(`FAIL ${check} ${accountId ?? ''}: ${detail}`)
    },
  )
  return faults
}
