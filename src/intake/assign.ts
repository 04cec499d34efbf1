/**
 * Assigns partitions to the members of the consumer group so that one member owns partition n of all topics. A producer
 * that keys by account puts all of an account's usage into the same partition number, so one rater has it, and no two
 * wait for each other's account locks. Only speed rests on this: a misplaced key is recorded just as well.
 */
import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs'

const { AssignerProtocol } = kafkajs

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

export const coPartitionedAssigner: PartitionAssigner = ({ cluster }) => ({
  name: 'TollgateCoPartitioned',
  version: 0,
  async assign({ members, topics }: { members: GroupMember[]; topics: string[] }) {
    const partitionsByTopic = new Map(
      topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
    )
    const assignment = coPartitioned(
      members.map(({ memberId }) => memberId),
      partitionsByTopic,
    )
    return [...assignment].map(([memberId, own]) => ({
      memberId,
      memberAssignment: AssignerProtocol.MemberAssignment.encode({
        version: 0,
        assignment: own,
        userData: Buffer.alloc(0),
      }),
    }))
  },
  protocol({ topics }) {
    return {
      name: 'TollgateCoPartitioned',
      metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
    }
  },
})
