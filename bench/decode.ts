/** Decodes messages to usage events on one core: registry framing, Avro, and reading of the fields. */

import { readUsageRecord } from '../src/core/usage/read.ts'
import { createDecoder } from '../src/intake/decode.ts'
import { USAGE_TOPICS } from '../src/topics.ts'
import { type Figure, gather, type Row } from './figures.ts'
import { uniformMix } from './mixes.ts'
import { type Rig, take } from './rig.ts'

const MESSAGES = 200_000

export async function benchDecode(rig: Rig, runs: number, messages = MESSAGES): Promise<Figure[]> {
  const decoder = createDecoder(rig.config.kafka.schemaRegistryUrl)
  const byTopic = Map.groupBy(take(uniformMix(rig.parts, 1), messages), ({ topic }) => topic)
  const decodeAll = async () => {
    const startedAt = performance.now()
    let events = 0
    for (const [topic, ofTopic] of byTopic) {
      const type = USAGE_TOPICS.get(topic)!
      const decoded = await decoder.decodeAll(
        topic,
        ofTopic.map(({ value }) => value),
      )
      for (const one of decoded) if ('record' in one && 'event' in readUsageRecord(one.record, type)) events++
    }
    if (events < messages * 0.98) throw new Error(`of ${messages} messages only ${events} were usage events`)
    return messages / ((performance.now() - startedAt) / 1000)
  }
  await decodeAll()
  const rows: Row[][] = []
  for (let run = 0; run < runs; run++) rows.push([['decoded', 'events/s', await decodeAll()]])
  return gather('decode', rows)
}
