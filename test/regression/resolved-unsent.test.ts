/**
 * The client resolves although it sent nothing to a partition: one that its metadata lacks, or one that moved, during a retry,
 * to a broker that had already answered. Messages that counted as sent were then lost for good.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { openReplaySender } from '../../src/dead-letters/replay-sender.ts'
import type { ViewSink } from '../../src/outbox/leadership.ts'
import { outboxKey } from '../../src/outbox/messages.ts'
import { encodePack } from '../../src/outbox/pack.ts'
import { type Relay, startRelay } from '../../src/outbox/relay.ts'
import { type FencedSender, openFencedSender, SendRefused } from '../../src/platform/kafka/fenced-sender.ts'
import { partitionHash } from '../../src/platform/kafka/partition-hash.ts'
import { SendNotAcknowledged } from '../../src/platform/kafka/producer.ts'
import { createLog } from '../../src/platform/log.ts'
import type { Pool } from '../../src/platform/postgres.ts'
import { until } from '../../testkit/until.ts'
import { SimulatedCluster } from '../support/simulated-cluster.ts'

const TOPIC = 'credit.balance-changed.v1'

let cluster: SimulatedCluster

beforeEach(() => {
  cluster = new SimulatedCluster()
  cluster.leaders.set(TOPIC, [1, 2])
})

async function connected(): Promise<FencedSender> {
  const sender = await openFencedSender(cluster.kafka)
  await sender.partitionCounts([TOPIC])
  return sender
}

async function sendTo(sender: FencedSender, partitions: readonly number[]): Promise<void> {
  const fence = await sender.fence('relay')
  await sender.send(
    partitions.map((partition) => ({ fence, topic: TOPIC, partition, count: 1, bytes: Buffer.from(`${partition}`) })),
  )
}

const textsOn = (partition: number) => cluster.read(TOPIC, partition).map(String)

/** Of two brokers that lead a partition each, the second refuses once; then the first, which has answered, leads both. */
function moveLeaderDuringSend(): void {
  cluster.beforeProduce = (nodeId) => {
    if (nodeId === 1) return
    cluster.beforeProduce = () => {}
    cluster.leaders.set(TOPIC, [1, 1])
    throw SimulatedCluster.notLeader()
  }
}

describe('a partition that the sender does not know yet', () => {
  it('fails the send, by name, and the next sender sends everything', async () => {
    const sender = await connected()
    await sendTo(sender, [0, 1])
    cluster.leaders.set(TOPIC, [1, 2, 1])
    await expect(sendTo(sender, [0, 2])).rejects.toThrow(new SendRefused(TOPIC, 2, null))
    await sendTo(await connected(), [0, 2])
    expect([0, 1, 2].map(textsOn)).toEqual([['0', '0'], ['1'], ['2']])
  })

  it('is not among those that the sender counts', async () => {
    const sender = await connected()
    expect(await sender.partitionCounts([TOPIC])).toEqual(new Map([[TOPIC, 2]]))
    cluster.leaders.set(TOPIC, [1, 2, 1])
    expect(await sender.partitionCounts([TOPIC])).toEqual(new Map([[TOPIC, 2]]))
    expect(await (await connected()).partitionCounts([TOPIC])).toEqual(new Map([[TOPIC, 3]]))
  })
})

describe('a partition that moves during the send to a broker that has already answered', () => {
  it('fails the send, by name, and the next sender sends everything', async () => {
    moveLeaderDuringSend()
    await expect(sendTo(await connected(), [0, 1])).rejects.toThrow(new SendRefused(TOPIC, 1, 6))
    await sendTo(await connected(), [0, 1])
    // What landed the first time is there twice, which consumers tolerate.
    expect([0, 1].map(textsOn)).toEqual([['0', '0'], ['1']])
  })

  it('keeps its packs in the outbox until the relay has sent them', async () => {
    moveLeaderDuringSend()
    const packs = [packOf(1n, [keyOn(0), keyOn(1)])]
    let interruptions = 0
    const relay = relayOf(packs, () => interruptions++)
    await until('the outbox is empty', () => packs.length === 0, 10_000).finally(() => relay.stop())
    expect([0, 1].map((partition) => cluster.read(TOPIC, partition).length)).toEqual([2, 1])
    expect(textsOn(1)[0]).toContain(`value of ${keyOn(1)}`)
    expect(interruptions).toBe(1)
  })

  it('gets its dead letters again, and none is dropped as a duplicate', async () => {
    const sender = openReplaySender(cluster.kafka)
    await sender.send([letter('first', keyOn(0)), letter('second', keyOn(1))])
    moveLeaderDuringSend()
    await sender.send([letter('third', keyOn(0)), letter('fourth', keyOn(1))])
    await sender.close()
    // What landed the first time is there twice, which identity makes harmless.
    expect([0, 1].map(textsOn)).toEqual([
      ['first', 'third', 'third'],
      ['second', 'fourth'],
    ])
  })
})

it('a turn that failed in part is sent again together with what was appended after it, which stays last', async () => {
  // The first turn lands on partition 0, and is delayed on its way to partition 1 until the second has landed on 0.
  const secondLanded = Promise.withResolvers<void>()
  let toSecondBroker = 0
  cluster.beforeProduce = async (nodeId) => {
    if (nodeId === 1 || toSecondBroker++ > 0) return
    await secondLanded.promise
    throw SimulatedCluster.notLeader()
  }
  const packs = [packOf(1n, [keyOn(0), keyOn(1)])]
  const relay = relayOf(packs)
  await until('the first turn is in progress', () => textsOn(0).length === 1 && toSecondBroker === 1)
  packs.push(packOf(2n, [keyOn(0)], 'newer '))
  relay.wake()
  await until('the second turn has landed', () => textsOn(0).length === 2)
  secondLanded.resolve()
  await until('the outbox is empty', () => packs.length === 0, 10_000).finally(() => relay.stop())
  const said = textsOn(0).map((text) => text.match(/(newer )?value/g))
  expect(said).toEqual([['value'], ['newer value'], ['value', 'newer value']])
  expect(textsOn(1).length).toBe(1)
})

it('a turn that fails while the view has not answered yet is sent again, and ends nothing else', async () => {
  moveLeaderDuringSend()
  const packs = [packOf(1n, [keyOn(0), keyOn(1)])]
  const slow = { lead() {}, resign() {}, apply: () => delay(200, true), beat: async () => {} }
  const relay = relayOf(packs, () => {}, slow)
  await until('the outbox is empty', () => packs.length === 0, 10_000).finally(() => relay.stop())
  expect(textsOn(1).length).toBe(1)
})

it('dead letters that no send delivers never count as sent', async () => {
  cluster.kafkajs.producer = new Proxy(cluster.kafkajs.producer, {
    apply: (create, kafka, options) => ({ ...Reflect.apply(create, kafka, options), sendBatch: async () => [] }),
  })
  const sender = openReplaySender(cluster.kafka)
  await expect(sender.send([letter('lost', keyOn(1))])).rejects.toThrow(new SendNotAcknowledged(TOPIC, 1))
  await sender.close()
})

it('dead letters go to the partition of their key; without a key, to that of their original if it exists', async () => {
  const sender = openReplaySender(cluster.kafka)
  await sender.send([letter('keyed', keyOn(0)), { ...letter('keyless', ''), key: null, partition: 5 }])
  await sender.close()
  expect([0, 1].map(textsOn)).toEqual([['keyed'], ['keyless']])
})

/** A key whose hash selects that one of two partitions. */
function keyOn(partition: number): string {
  return ['a', 'b', 'c', 'd', 'e', 'f'].find((key) => partitionHash(Buffer.from(key)) % 2 === partition)!
}

function letter(value: string, key: string) {
  return {
    ...{ topic: TOPIC, partition: 0, offset: 0n, headers: [] },
    key: Buffer.from(key),
    value: Buffer.from(value),
  }
}

const SEES_ALL: ViewSink = { lead() {}, resign() {}, apply: async () => true, beat: async () => {} }

interface PackRow {
  readonly shard: number
  readonly pack_id: bigint
  readonly messages: Buffer
  readonly view_changes: Buffer
}

function packOf(packId: bigint, keys: readonly string[], prefix = ''): PackRow {
  const messages = keys.map((key) => ({
    ...{ topic: TOPIC, key: outboxKey(Buffer.from(key)), sharedHeaders: {}, headers: {} },
    value: Buffer.from(`${prefix}value of ${key}`),
  }))
  return { shard: 0, pack_id: packId, messages: encodePack(messages), view_changes: Buffer.from('a change') }
}

function relayOf(packs: PackRow[], interrupted: () => void = () => {}, view: ViewSink = SEES_ALL): Relay {
  return startRelay({
    kafka: cluster.kafka,
    pool: poolOf(packs),
    instanceId: 'one',
    log: createLog('silent'),
    lanes: ['now'],
    view,
    report: { published() {}, waiting() {}, interrupted },
  })
}

/** Leases for the first shard only, and its packs. */
function poolOf(packs: PackRow[]): Pool {
  const answers: Record<string, (values: readonly unknown[]) => unknown[]> = {
    'claim-leases': ([shards]) => ((shards as number[]).includes(0) ? [{ shard: 0 }] : []),
    'renew-leases': () => [{ shard: 0 }],
    'read-packs': ([, , packsInFlight]) =>
      packs.filter(({ pack_id }) => !(packsInFlight as bigint[]).includes(pack_id)),
    'delete-packs': ([, , packIds]) => {
      const gone = packs.filter(({ pack_id }) => (packIds as bigint[]).includes(pack_id))
      packs.splice(0, packs.length, ...packs.filter((pack) => !gone.includes(pack)))
      return gone
    },
  }
  const query = async (statement: { name: string; values: readonly unknown[] }) => {
    const rows = answers[statement.name]?.(statement.values) ?? []
    return { rows, rowCount: rows.length }
  }
  return { query } as unknown as Pool
}
