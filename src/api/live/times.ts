/** Intervals of live streams; tests use others. */
import type { NoticesTimes } from './notices.ts'
import type { StreamTimes } from './stream.ts'

export interface LiveTimes extends StreamTimes, NoticesTimes {
  /** How often streams are checked, and unheard accounts read. */
  readonly lookEveryMs: number
  /** Every account is read this often even while all news is heard, in case some got lost. */
  readonly readAtLeastEveryMs: number
  readonly credentialsEveryMs: number
  /** Bounds of the reconnect delay, which is random so that not all clients come back at once. */
  readonly retryMs: readonly [number, number]
}

export const LIVE_TIMES: LiveTimes = {
  balanceEveryMs: 250,
  heartbeatMs: 15_000,
  drainMs: 30_000,
  noticesEveryMs: 15_000,
  noticesAtLeastEveryMs: 60_000,
  lookEveryMs: 1_000,
  readAtLeastEveryMs: 15_000,
  credentialsEveryMs: 60_000,
  retryMs: [1_000, 5_000],
}
