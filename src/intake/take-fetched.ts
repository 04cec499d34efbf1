/** Takes what was fetched into the gatherer, and says when the next fetch may come. */
import type { Fetched } from '../platform/kafka/consumer.ts'
import type { ReceivedMessage } from '../platform/kafka/message.ts'
import { within } from '../platform/within.ts'
import { createFetchRest } from './fetch-rest.ts'
import { Closed, type Gatherer } from './gather.ts'
import type { Membership } from './membership.ts'
import type { IntakePartition } from './partition.ts'

/** When the group rebalances, the others wait for this member, which finishes first what it has in hand. */
const FINISH_BEFORE_REJOIN_MS = 5000

interface TakeParts {
  readonly membership: Membership
  readonly gatherer: Gatherer<IntakePartition, ReceivedMessage>
  readonly heartbeatMs: number
  /** Resolves once what is handed on is committed, to Kafka as well. */
  readonly finishInHand: () => Promise<void>
  readonly isStopping: () => boolean
}

/**
 * Resolves when there is room for more, or these messages are not to go on with: the assignment has changed, their partition
 * stopped, or the intake stops. Rejects with what a heartbeat or the gatherer rejects with.
 */
export function createTaker(parts: TakeParts): (fetched: Fetched) => Promise<void> {
  const { membership, gatherer, heartbeatMs, finishInHand, isStopping } = parts
  const restAfter = createFetchRest()

  return async function take(fetched) {
    const { assignment } = membership
    try {
      await withHeartbeat(fetched, heartbeatMs, assignment.ready)
      if (membership.assignment !== assignment || !fetched.isCurrent() || isStopping()) return
      const partition = membership.owned(fetched)
      // Lost meanwhile, or fetched before it stopped.
      if (partition === undefined || assignment.isStopped(fetched.partition)) return
      membership.noteFetched(partition, fetched)
      const room = gatherer.add(partition, fetched.read())
      // The client may fetch what comes next while these are decided and written.
      fetched.take()
      try {
        await withHeartbeat(fetched, heartbeatMs, Promise.all([room, restAfter(fetched.count)]))
      } catch (error) {
        // The heartbeat failed, most likely because the group rebalances: what is in hand is let finish, so that the next
        // owner starts after it. Nothing is forgotten here: if the client does not join anew, it fetches what comes next.
        room.catch(() => {})
        await within(FINISH_BEFORE_REJOIN_MS, finishInHand(), () => {})
        throw error
      }
    } catch (error) {
      if (!(error instanceof Closed)) throw error
    }
  }
}

/** Waits, and sends heartbeats meanwhile: the client does so only when asked. */
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
