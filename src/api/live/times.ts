/** How often things happen to streams; other values are for tests. */
import type { NoticesTimes } from './notices.ts'
import type { StreamTimes } from './stream.ts'

export interface LiveTimes extends StreamTimes, NoticesTimes {
  /** Between looks at the streams, and questions to the database where nothing is heard. */
  readonly lookEveryMs: number
  /** Between questions to the database also where all is heard: what nobody can vouch for is made good. */
  readonly readAtLeastEveryMs: number
  readonly credentialsEveryMs: number
  /** After which a client may come back: between the two, so that not all come at once. */
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
