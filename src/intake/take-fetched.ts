/** Passes fetched messages to the gatherer, and delays the next fetch until there is room. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import { within } from '../platform/within.ts'
import { createFetchRest } from './fetch-rest.ts'
import { Closed, type Gatherer } from './gather.ts'
import type { Membership } from './membership.ts'
import type { IntakePartition } from './partition.ts'

/**
 * In a rebalance the other members wait for this one, which first finishes its batches in flight, for at most this
 * long.
 */
const FINISH_BEFORE_REJOIN_MS = 5000

interface TakeParts {
  readonly membership: Membership
  readonly gatherer: Gatherer<IntakePartition, ReceivedMessage>
  readonly heartbeatMs: number
  /** Resolves when the batches in flight are committed, to Kafka as well. */
  readonly finishInFlight: () => Promise<void>
  readonly isStopping: () => boolean
}

/**
 * Creates a function that takes fetched messages. It resolves when there is room for more, or when the messages are no
 * longer wanted: the assignment changed, their partition stopped, or the intake stops. Rejects with the error of a
 * heartbeat or of the gatherer.
 */
export function createTaker(parts: TakeParts): (fetched: Fetched) => Promise<void> {
  const { membership, gatherer, heartbeatMs, finishInFlight, isStopping } = parts
  const restAfter = createFetchRest()

  return async function take(fetched) {
    const { assignment } = membership
    try {
      await withHeartbeat(fetched, heartbeatMs, assignment.ready)
      if (membership.assignment !== assignment || !fetched.isCurrent() || isStopping()) return
      const partition = membership.owned(fetched)
      // The partition was lost in the meantime, or this was fetched before it stopped.
      if (partition === undefined || assignment.isStopped(fetched.partition)) return
      membership.noteFetched(partition, fetched)
      const room = gatherer.add(partition, fetched.read())
      // Lets the client fetch the next messages while these are recorded.
      fetched.markTaken()
      try {
        await withHeartbeat(fetched, heartbeatMs, Promise.all([room, restAfter(fetched.count)]))
      } catch (error) {
        // The heartbeat failed, most likely because the group rebalances. Let the batches in flight finish, so that the
        // next owner starts after them. Nothing is dropped here: if the client does not rejoin, it fetches the next
        // messages.
        room.catch(() => {})
        await within(FINISH_BEFORE_REJOIN_MS, finishInFlight(), () => {})
        throw error
      }
    } catch (error) {
      if (!(error instanceof Closed)) throw error
    }
  }
}

/** Waits and sends heartbeats meanwhile, because the client sends them only on request. */
async function withHeartbeat(
  { heartbeat }: Pick<Fetched, 'heartbeat'>,
  everyMs: number,
  done: Promise<unknown>,
): Promise<void> {
  let isDone = false
  const ended = done.finally(() => {
    isDone = true
  })
  ended.catch(() => {})
  await heartbeat()
  while (!isDone) {
    await within(everyMs, ended, () => {})
    if (!isDone) await heartbeat()
  }
  await ended
}
