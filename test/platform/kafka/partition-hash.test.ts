import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import { partitionHash } from '../../../src/platform/kafka/partition-hash.ts'

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array))

describe('the partition of a key', () => {
  it('is that of KafkaJS and Java, for any key and number of partitions', () => {
    const partitionOf = Partitioners.DefaultPartitioner()
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 500 }), (key, partitions) => {
        const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
          ...{ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] },
        }))
        const expected = partitionOf({ topic: 't', partitionMetadata, message: { key, value: null } })
        expect(partitionHash(key) % partitions).toBe(expected)
      }),
    )
  })
})
