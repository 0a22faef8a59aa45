import { deleteGroups } from '../../../kafka/wire/apis/delete-groups.ts'
import { describeGroups } from '../../../kafka/wire/apis/describe-groups.ts'
import { listGroups } from '../../../kafka/wire/apis/list-groups.ts'
import { offsetCommit } from '../../../kafka/wire/apis/offset-commit.ts'
import { offsetFetch } from '../../../kafka/wire/apis/offset-fetch.ts'
import type { TopicPartition } from '../../../../model/topic-partition.ts'
import type { OffsetCommit } from '../../../group-coordinator.ts'
import { zeroUuid } from '../../../kafka/wire/schema.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { outcomeOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'
import { errorOfTopic, topicOf } from '../topic-of.ts'
import type { TopicReference } from '../topic-of.ts'
import { misdirectedGroup } from './group-handlers.ts'

const committed = handler(offsetCommit, async ({ topics, generationIdOrMemberEpoch, ...member }, context) => {
  const { broker } = context
  const identity = { ...member, generationId: generationIdOrMemberEpoch }
  const wrong = misdirectedGroup(identity.groupId, context)
  // A commit without offsets still tells whether the member may commit.
  const refused = wrong || outcomeOf(() => broker.commitOffsets(identity, []))
  const results = topics.map(({ partitions, ...reference }) => {
    const topic = topicOf(reference, broker)
    const error = refused || errorOfTopic(topic, reference)
    const answers = partitions.map((committing) => {
      const commit = commitOf(topic, committing)
      const errorCode = error || outcomeOf(() => broker.commitOffsets(identity, [commit]))
      return { partitionIndex: committing.partitionIndex, errorCode }
    })
    return { ...reference, partitions: answers }
  })
  await broker.settled()
  return { topics: results }
})

type Committing = ReturnType<typeof offsetCommit.request.read>['topics'][number]['partitions'][number]

function commitOf(topic: string, committing: Committing): OffsetCommit {
  const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } = committing
  return {
    topic,
    partition: partitionIndex,
    offset: committedOffset,
    leaderEpoch: committedLeaderEpoch,
    metadata: committedMetadata ?? '',
  }
}

interface WantedTopic extends TopicReference {
  readonly partitionIndexes: readonly number[]
}

const notCommitted = { offset: -1, leaderEpoch: -1, metadata: '' }

function answerOf({ offset, leaderEpoch, metadata }: Omit<OffsetCommit, 'topic' | 'partition'>, partitionIndex: number) {
  return { partitionIndex, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 }
}

function byTopic(commits: readonly OffsetCommit[], unstable: (at: TopicPartition) => number, { broker }: RequestContext) {
  return [...Map.groupBy(commits, ({ topic }) => topic)].map(([name, partitions]) => ({
    name,
    topicId: broker.topics.get(name)?.id ?? zeroUuid,
    partitions: partitions.map((commit) => {
      const errorCode = unstable(commit)
      return { ...answerOf(errorCode === 0 ? commit : notCommitted, commit.partition), errorCode }
    }),
  }))
}

function offsetsOf(groupId: string, topics: readonly WantedTopic[] | null, requireStable: boolean, context: RequestContext) {
  const { offsets } = context.broker
  const unstable = (at: TopicPartition): number => (requireStable ? outcomeOf(() => context.broker.checkStable(groupId, at)) : 0)
  const errorCode = misdirectedGroup(groupId, context)
  if (errorCode !== 0) return { errorCode, topics: [] }
  if (topics === null) return { errorCode, topics: byTopic(offsets.all(groupId), unstable, context) }
  const wanted = topics.map(({ partitionIndexes, ...reference }) => {
    const topic = topicOf(reference, context.broker)
    const unknown = errorOfTopic(topic, reference)
    const partitions = partitionIndexes.map((partition) => {
      const errorCode = unknown || unstable({ topic, partition })
      const [commit = notCommitted] = errorCode === 0 ? offsets.of(groupId, [{ topic, partition }]) : []
      return { ...answerOf(commit, partition), errorCode }
    })
    return { ...reference, partitions }
  })
  return { errorCode, topics: wanted }
}

const fetched = handler(offsetFetch, ({ groupId, topics, groups, requireStable }, context) => {
  const named = topics?.map((topic) => ({ ...topic, topicId: zeroUuid })) ?? null
  if (context.version < 8) return offsetsOf(groupId, named, requireStable, context)
  const answers = groups.map((group) => ({
    groupId: group.groupId,
    ...offsetsOf(group.groupId, group.topics, requireStable, context),
  }))
  return { groups: answers }
})

function describe(groupId: string, context: RequestContext) {
  const unknown = { groupId, groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
  const errorCode = misdirectedGroup(groupId, context)
  if (errorCode !== 0) return { errorCode, ...unknown }
  if (!context.broker.hasGroup(groupId)) return { errorCode: context.version < 6 ? 0 : errorCodes.GROUP_ID_NOT_FOUND, ...unknown }
  const { state, protocolType, protocolName, members } = context.broker.group(groupId)
  const described = members.map(({ metadata, assignment, ...member }) => {
    return { ...member, memberMetadata: metadata, memberAssignment: assignment }
  })
  return { errorCode, groupId, groupState: state, protocolType, protocolData: protocolName, members: described }
}

const described = handler(describeGroups, ({ groups }, context) => ({
  groups: groups.map((groupId) => describe(groupId, context)),
}))

const classic = 'classic'

const listed = handler(listGroups, ({ statesFilter, typesFilter }, { broker, view, nodeId }) => {
  const isWanted = (wanted: readonly string[], value: string): boolean =>
    wanted.length === 0 || wanted.some((each) => each.toLowerCase() === value.toLowerCase())
  const groups = broker
    .groups()
    .filter(({ groupId, state }) => view.coordinatorOf(groupId) === nodeId && isWanted(statesFilter, state))
    .map(({ groupId, protocolType, state }) => ({ groupId, protocolType, groupState: state, groupType: classic }))
  return { errorCode: 0, groups: isWanted(typesFilter, classic) ? groups : [] }
})

const deleted = handler(deleteGroups, async ({ groupsNames }, context) => {
  const results = groupsNames.map((groupId) => {
    const wrong = misdirectedGroup(groupId, context)
    return { groupId, errorCode: wrong || outcomeOf(() => context.broker.deleteGroup(groupId)) }
  })
  await context.broker.settled()
  return { results }
})

export const groupAdminHandlers: readonly Handler[] = [committed, fetched, described, listed, deleted]
