/**
 * Assigns partitions to the members of the consumer group so that one member owns partition n of all topics. A producer
 * that keys by account puts all of an account's usage into the same partition number. So one rater has all of it, and
 * no two raters wait for each other's account locks. This only affects speed: an event with another key is recorded
 * correctly too.
 */

/** Returns partitions by topic, by member. The members' counts of partition numbers differ by at most one. */
export function coPartitioned(
  memberIds: readonly string[],
  partitionsByTopic: ReadonlyMap<string, readonly number[]>,
): Map<string, Record<string, number[]>> {
  const sorted = memberIds.toSorted()
  const assignment = new Map(sorted.map((memberId) => [memberId, {} as Record<string, number[]>]))
  for (const [topic, partitions] of partitionsByTopic) {
    for (const partition of partitions) {
      const own = assignment.get(sorted[partition % sorted.length]!)!
      own[topic] ??= []
      own[topic].push(partition)
    }
  }
  return assignment
}
