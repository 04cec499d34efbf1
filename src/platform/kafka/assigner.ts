/** Tells the client, which has the group's protocol, how partitions are shared out. */
import kafkajs, { type GroupMember, type PartitionAssigner } from 'kafkajs'

const { AssignerProtocol } = kafkajs

export interface AssignmentStrategy {
  /** All members of a group share one by a strategy of one name. */
  readonly name: string
  /** By member, partitions by topic; the leader of the group asks, for all of them. */
  share(
    memberIds: readonly string[],
    partitionsByTopic: ReadonlyMap<string, readonly number[]>,
  ): ReadonlyMap<string, Record<string, number[]>>
}

const VERSION = 0

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
