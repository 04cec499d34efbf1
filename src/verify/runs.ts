/**
 * The messages of one account on a topic, as runs of consecutive versions, each on one partition.
 *
 * Within a partition messages are in the order of their versions; one that is not newer is a repetition, as it is for a
 * consumer. When partitions are added, an account may continue on another one, and messages on two partitions have no order.
 * So runs are joined only after the whole topic was read: every version must be on some partition.
 */

/** The position of a message in the series of its account. */
export interface Place {
  readonly epoch: number
  readonly version: bigint
}

export interface Run {
  readonly partition: number
  readonly epoch: number
  readonly first: bigint
  last: bigint
  /** When the last one was sent, in milliseconds since 1970. */
  lastSentAt: number
}

/** Versions between these two are missing. */
export interface Gap {
  /** 0 before the first one. */
  readonly after: bigint
  readonly next: bigint
}

/**
 * An account has a run for each partition, for each epoch on it, and for each gap that another partition may still fill. With
 * this many runs, a gap is judged within its partition alone, so that memory does not grow with missing messages.
 */
const MAX_RUNS = 16

/** Adds a message; messages come in the order of their partition. Returns a gap if there are too many runs to keep it open. */
export function addMessage(
  account: { runs: readonly Run[] },
  partition: number,
  { epoch, version }: Place,
  sentAt: number,
): Gap | null {
  const { runs } = account
  const open = runs.findLast((run) => run.partition === partition)
  if (open !== undefined && !isAfter({ epoch, version }, open)) return null
  if (open === undefined || epoch > open.epoch || (version > open.last + 1n && runs.length < MAX_RUNS)) {
    // Not `push`, which would allocate room for seventeen in each of half a million lists.
    account.runs = runs.concat({ partition, epoch, first: version, last: version, lastSentAt: sentAt })
    return null
  }
  const gap = version > open.last + 1n ? { after: open.last, next: version } : null
  open.last = version
  open.lastSentAt = sentAt
  return gap
}

/**
 * Finds what is missing after the whole topic was read. `mayBeGone`: whether retention may have deleted messages of the account
 * sent after an instant, on any partition but one; those do not count as missing.
 */
export function findGaps(
  runs: readonly Run[],
  mayBeGone: (sinceMs: number, exceptPartition: number | null) => boolean,
): Gap[] {
  const gaps: Gap[] = []
  let end: Run | null = null
  for (const run of runs.length > 1 ? runs.toSorted(byPlace) : runs) {
    if (end === null) {
      // Later epochs begin at the version to which the database was restored.
      if (run.epoch === 1 && run.first > 1n && !mayBeGone(Number.NEGATIVE_INFINITY, null)) {
        gaps.push({ after: 0n, next: run.first })
      }
    } else if (run.epoch === end.epoch && run.first > end.last + 1n) {
      // Retention deletes the oldest messages of a partition, so none between two that are still there. (An account returns to
      // an earlier partition only while the brokers' metadata differ, which is too short for retention to interfere.)
      const isCertain = run.partition === end.partition || !mayBeGone(end.lastSentAt, end.partition)
      if (isCertain) gaps.push({ after: end.last, next: run.first })
    }
    if (end === null || endsAfter(run, end)) end = run
  }
  return gaps
}

/** The run that ends with the newest message, on any partition. */
export function newestOf(runs: readonly Run[]): Run | null {
  return runs.reduce<Run | null>((newest, run) => (newest === null || endsAfter(run, newest) ? run : newest), null)
}

function endsAfter({ epoch, last }: Run, other: Run): boolean {
  return isAfter({ epoch, version: last }, other)
}

/** Whether a message is newer than the end of a run, by epoch and version. */
export function isAfter({ epoch, version }: Place, run: Pick<Run, 'epoch' | 'last'>): boolean {
  return epoch > run.epoch || (epoch === run.epoch && version > run.last)
}

function byPlace(a: Run, b: Run): number {
  return a.epoch - b.epoch || Number(a.first - b.first)
}
