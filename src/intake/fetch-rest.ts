/** Lets a fetch that found little rest for a moment: each costs what it costs, and the next one finds more. */
import { setTimeout as delay } from 'node:timers/promises'

/** Fewer messages than this are few for a fetch. */
const FEW_MESSAGES = 200
const REST_AFTER_FEW_MS = 5

/**
 * Told how many messages each partition of a fetch has; resolves when the next fetch is worth its while. The client hands out
 * all partitions of a fetch at once, and fetches again when all are done with.
 */
export function createFetchRest(): (messages: number) => Promise<void> {
  let found = 0
  let resting: Promise<void> | null = null
  const rest = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    const isFew = found < FEW_MESSAGES
    found = 0
    resting = null
    if (isFew) await delay(REST_AFTER_FEW_MS)
  }
  return (messages) => {
    found += messages
    resting ??= rest()
    return resting
  }
}
