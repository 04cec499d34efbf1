/**
 * Loaded before each file of integration tests. The ledger's clock cannot be set, so a file that begins just before midnight
 * in UTC would see the day change between two of its steps, and on the last day also the month, in which charges are counted.
 * It begins after midnight instead.
 */
import { withinOneDay } from './within-one-day.ts'

/** Longer than a file takes, even on a busy machine. */
const FILE_TAKES_MS = 180_000

await withinOneDay('UTC', FILE_TAKES_MS)
