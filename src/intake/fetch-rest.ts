/** Delays the next fetch after a fetch with few messages: a fetch has a fixed cost, and the next one will find more. */
import { setTimeout as delay } from 'node:timers/promises'

/** A fetch with fewer messages than this is delayed. */
const FEW_MESSAGES = 200
const REST_AFTER_FEW_MS = 5

/**
 * Creates a function that is called with the number of messages of each partition of a fetch. It resolves when the next
 * fetch should start. The client passes on all partitions of a fetch at once, and fetches again when all of them have
 * resolved.
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
