/** Adapts our assignment of partitions to the client, which speaks the group protocol. */
import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs'

const { AssignerProtocol } = kafkajs

/** How a group's partitions are assigned. */
export interface AssignmentStrategy {
  /** All members of a group must use a strategy with the same name. */
  readonly name: string
  /** Returns partitions by topic, by member. The leader of the group calls it for all members. */
  share(
    memberIds: readonly string[],
    partitionsByTopic: ReadonlyMap<string, readonly number[]>,
  ): ReadonlyMap<string, Record<string, number[]>>
}

const VERSION = 0

/** Makes the client's assigner for a strategy. */
export function assignerFor({ name, share }: AssignmentStrategy): PartitionAssigner {
  return ({ cluster }) => ({
    name,
    version: VERSION,
    async assign({ members, topics }: { members: GroupMember[]; topics: string[] }) {
      const partitionsByTopic = new Map(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
      )
      const shares = share(
        members.map(({ memberId }) => memberId),
        partitionsByTopic,
      )
      return [...shares].map(([memberId, assignment]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version: VERSION,
          assignment,
          userData: Buffer.alloc(0),
        }),
      }))
    },
    protocol({ topics }) {
      return {
        name,
        metadata: AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData: Buffer.alloc(0) }),
      }
    },
  })
}
