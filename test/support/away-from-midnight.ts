/**
 * Loaded before each file of integration tests. The ledger's clock cannot be set, so a file that begins just before midnight
 * in UTC would see the day change between two of its steps, and on the last day also the month, in which charges are counted.
 * It begins after midnight instead.
 */
import { setTimeout as delay } from 'node:timers/promises'

const DAY_MS = 86_400_000
/** Longer than a file takes, even on a busy machine. */
const FILE_TAKES_MS = 180_000

const leftMs = DAY_MS - (Date.now() % DAY_MS)
if (leftMs < FILE_TAKES_MS) {
  console.warn(`waiting ${Math.ceil(leftMs / 1_000)} s for midnight in UTC to pass`)
  // A timer may be early by a millisecond.
  await delay(leftMs + 10)
}
