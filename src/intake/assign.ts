/**
 * Assigns partitions to the members of the consumer group so that one member owns partition n of all topics. A producer
 * that keys by account puts all of an account's usage into the same partition number, so one rater has it, and no two
 * wait for each other's account locks. Only speed rests on this: a misplaced key is recorded just as well.
 */

/** By member, partitions by topic. Every member gets as many partition numbers as any other, give or take one. */
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
