/** What proves that the database was restored to an earlier point, and that the epoch is raised once for all proofs of a restore. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { storeOffsets } from '../../src/ledger/epochs/consumer-offsets.ts'
import { raiseOnce, resumeOffsets } from '../../src/ledger/epochs/resume-offsets.ts'
import type { PartitionOffset } from '../../src/platform/kafka/places.ts'
import { inTransaction } from '../../src/platform/postgres.ts'
import { openTestLedger, type TestLedger } from '../support/ledger.ts'

const GROUP = 'test'

let testLedger: TestLedger

beforeEach(async () => {
  testLedger = await openTestLedger()
  await store(offsetsOf(10n, 10n, 10n))
})

afterEach(async () => {
  await testLedger?.close()
})

/** One offset for each partition of a topic. */
function offsetsOf(...nextOffsets: bigint[]): PartitionOffset[] {
  return nextOffsets.map((nextOffset, partition) => ({ topic: 'usage.calls.v1', partition, nextOffset }))
}

function store(offsets: readonly PartitionOffset[]): Promise<unknown> {
  return inTransaction(testLedger.pool, (connection) => storeOffsets(connection, GROUP, offsets))
}

/** Like the batch of one of these partitions, by a rater that has run since before the restore. */
const notice = (...remembered: PartitionOffset[]) =>
  raiseOnce(testLedger.pool, testLedger.publishing, GROUP, remembered)

async function assign(committed: readonly PartitionOffset[]): Promise<number | null> {
  return (await resumeOffsets(testLedger.pool, testLedger.publishing, GROUP, committed)).raisedTo
}

async function epoch(): Promise<{ epoch: number; reason: string }> {
  const { rows } = await testLedger.pool.query<{ epoch: number; reason: string }>(
    'select epoch, reason from tollgate.ledger_epoch',
  )
  return rows[0]!
}

it('offsets that the database has prove nothing', async () => {
  expect(await assign(offsetsOf(10n, 9n, 0n))).toBeNull()
  expect(await notice(...offsetsOf(10n, 9n))).toBeNull()
  expect((await epoch()).epoch).toBe(1)
})

it('raters that are assigned partitions after a restore raise the epoch once', async () => {
  const committed = offsetsOf(20n, 30n, 40n)
  const raised = await Promise.all(Array.from({ length: 3 }, () => assign(committed)))
  expect(raised.filter((one) => one !== null)).toEqual([(await epoch()).epoch])
  expect(await epoch()).toMatchObject({ reason: 'Kafka has usage.calls.v1/0 up to 20 committed by test' })
  expect(await assign(committed)).toBeNull()
})

it('running raters that notice the restore, each by its own batch, raise it once with those that start after them', async () => {
  const [first, second, third] = offsetsOf(20n, 30n, 40n) as [PartitionOffset, PartitionOffset, PartitionOffset]
  const raised = await Promise.all([notice(first), notice(second)])
  expect(raised.filter((one) => one !== null)).toEqual([(await epoch()).epoch])
  expect((await epoch()).reason).toMatch(/^a rater of test had recorded usage\.calls\.v1\/[01] up to [23]0$/)
  // Kafka may have less than they remember, and more partitions.
  const committed = [{ ...first, nextOffset: 15n }, second, third]
  expect(await assign(committed)).toBeNull()
  expect(await assign(committed)).toBeNull()
})

it('a proof that only a running rater has, because Kafka does not have its offsets, is not left for a later restore', async () => {
  const [first] = offsetsOf(20n)
  const raised = await notice(first!)
  expect(await assign(offsetsOf(10n, 10n, 10n))).toBeNull()
  await store(offsetsOf(25n))
  expect(await notice(...offsetsOf(35n))).toBeGreaterThan(raised!)
})

it('another restore raises it again: an offset that was not a proof before', async () => {
  const raised = await assign(offsetsOf(20n, 30n, 40n))
  await store(offsetsOf(15n))
  const again = await assign(offsetsOf(17n, 30n, 40n))
  expect(again).toBeGreaterThan(raised!)
})
