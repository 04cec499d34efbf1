/**
 * What a topic holds of one account: runs of consecutive versions, each on one partition.
 *
 * Within a partition messages stand in the order of their versions, and one that is not newer is a repeat, as it is for a
 * consumer. When partitions are added, an account goes on in another one, and between two partitions nothing tells which
 * message was there first. So runs are joined only when all of the topic is read: every version must be on some partition.
 */

/** Where a message stands in the series of its account. */
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
 * An account has a run for each partition that it was on, for each epoch there, and for each gap that another partition may
 * yet fill. Past so many a gap is judged by its partition alone: memory must not grow with what is missing.
 */
const MAX_RUNS = 16

/** Takes a message in, in the order of its partition. Returns a gap where there are too many to wait for the end. */
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
    // Not pushed: each of half a million lists would then have room for seventeen.
    account.runs = runs.concat({ partition, epoch, first: version, last: version, lastSentAt: sentAt })
    return null
  }
  const gap = version > open.last + 1n ? { after: open.last, next: version } : null
  open.last = version
  open.lastSentAt = sentAt
  return gap
}

/**
 * What is missing once all of the topic is read. `mayBeGone` says whether retention may have taken messages of the account
 * that were sent after an instant, from any partition but one; those are not missed.
 */
export function findGaps(
  runs: readonly Run[],
  mayBeGone: (sinceMs: number, exceptPartition: number | null) => boolean,
): Gap[] {
  const gaps: Gap[] = []
  let end: Run | null = null
  for (const run of runs.length > 1 ? runs.toSorted(byPlace) : runs) {
    if (end === null) {
      // Later epochs begin wherever the restore led back to.
      if (run.epoch === 1 && run.first > 1n && !mayBeGone(Number.NEGATIVE_INFINITY, null)) {
        gaps.push({ after: 0n, next: run.first })
      }
    } else if (run.epoch === end.epoch && run.first > end.last + 1n) {
      // Retention takes the oldest of a partition, so none between two that it left there. (An account goes back to a
      // partition only while one broker's metadata is older than another's: too short for retention to come in between.)
      const isCertain = run.partition === end.partition || !mayBeGone(end.lastSentAt, end.partition)
      if (isCertain) gaps.push({ after: end.last, next: run.first })
    }
    if (end === null || endsAfter(run, end)) end = run
  }
  return gaps
}

/** The run that ends with the last word there is, on whatever partition. */
export function newestOf(runs: readonly Run[]): Run | null {
  return runs.reduce<Run | null>((newest, run) => (newest === null || endsAfter(run, newest) ? run : newest), null)
}

function endsAfter({ epoch, last }: Run, other: Run): boolean {
  return isAfter({ epoch, version: last }, other)
}

export function isAfter({ epoch, version }: Place, run: Pick<Run, 'epoch' | 'last'>): boolean {
  return epoch > run.epoch || (epoch === run.epoch && version > run.last)
}

function byPlace(a: Run, b: Run): number {
  return a.epoch - b.epoch || Number(a.first - b.first)
}
