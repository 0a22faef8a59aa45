import { heartbeat } from '../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { joinGroup } from '../../../lib/transport/kafka/wire/apis/join-group.ts'
import { offsetCommit } from '../../../lib/transport/kafka/wire/apis/offset-commit.ts'
import { offsetFetch } from '../../../lib/transport/kafka/wire/apis/offset-fetch.ts'
import { syncGroup } from '../../../lib/transport/kafka/wire/apis/sync-group.ts'
import type { Api } from '../../../lib/transport/kafka/wire/schema.ts'

/** Sends a request on a connection of its own to a broker, and reads its response. */
export type AskBroker = <QW, A>(api: Api<unknown, QW, A, never>, version: number, request: QW) => Promise<A>

/** Two brokers, of which one coordinates the group. */
export interface MovableGroup {
  readonly groupId: string
  /** A topic with a partition. */
  readonly topic: string
  /** Asks the coordinator of now. */
  readonly coordinator: AskBroker
  /** Asks the other broker. */
  readonly other: AskBroker
  /** Makes the other broker the coordinator. Resolves when it has the group. */
  readonly move: () => Promise<void>
}

/**
 * What members of a group are answered when its coordinator moves: while members wait for a sync, and while one waits for a join.
 * Error codes, and what else members decide by, in the order of the requests.
 */
export async function movedGroupAnswers(of: MovableGroup): Promise<Readonly<Record<string, unknown>>> {
  const { groupId, topic, coordinator: ask, move } = of
  const answers: Record<string, unknown> = {}
  const join = async (memberId: string, metadata = '') => {
    const protocols = [{ name: 'suite', metadata: Buffer.from(metadata) }]
    const timeouts = { sessionTimeoutMs: 30_000, rebalanceTimeoutMs: 30_000 }
    return ask(joinGroup, 9, { groupId, memberId, groupInstanceId: null, protocolType: 'suite', protocols, ...timeouts })
  }
  const identity = (memberId: string, generationId: number) => ({ groupId, memberId, generationId, groupInstanceId: null })
  const sync = (memberId: string, generationId: number, assignments: { memberId: string; assignment: Uint8Array }[] = []) => {
    const protocol = { protocolType: 'suite', protocolName: 'suite' }
    return ask(syncGroup, 5, { ...identity(memberId, generationId), ...protocol, assignments })
  }
  const beat = async (memberId: string, generationId: number) =>
    (await ask(heartbeat, 4, identity(memberId, generationId))).errorCode
  const commit = async (memberId: string, generationIdOrMemberEpoch: number, committedOffset: number, at = ask) => {
    const partitions = [{ partitionIndex: 0, committedOffset, committedMetadata: null }]
    const who = { groupId, memberId, generationIdOrMemberEpoch, groupInstanceId: null }
    return (await at(offsetCommit, 8, { ...who, topics: [{ name: topic, partitions }] })).topics[0]!.partitions[0]!.errorCode
  }
  const committed = async () => {
    const { errorCode, topics } = await ask(offsetFetch, 7, { groupId, topics: [{ name: topic, partitionIndexes: [0] }], requireStable: false }) // prettier-ignore
    return { errorCode, offset: topics?.[0]?.partitions[0]?.committedOffset }
  }
  const newId = async () => (await join('')).memberId
  const everything = [Buffer.from('everything')]

  const [first, second, third] = [await newId(), await newId(), await newId()]
  await join(first)
  await sync(first, 1, [{ memberId: first, assignment: everything[0]! }])
  answers['a commit before the move'] = await commit(first, 1, 5)
  const joining = join(second)
  await until(async () => (await beat(first, 1)) === rebalanceInProgress)
  await Promise.all([join(first, 'again'), joining])
  const waiting = sync(second, 2)
  answers['a broker that is not the coordinator'] = await commit(first, 2, 6, of.other)
  await move()

  answers['the sync that waited'] = (await waiting).errorCode
  answers['a sync of the generation that was not complete'] = (await sync(first, 2)).errorCode
  answers['a heartbeat of it'] = await beat(first, 2)
  answers['a commit of it'] = await commit(first, 2, 6)
  answers['a heartbeat of a member that came with it'] = await beat(second, 2)
  answers['a join of that member'] = (await join(second)).errorCode
  answers['a join of a member that only had an id'] = (await join(third)).errorCode
  answers['a heartbeat of the last complete generation'] = await beat(first, 1)
  answers['the committed offset'] = await committed()
  answers['a commit of the last complete generation'] = await commit(first, 1, 7)
  answers['its assignment'] = (await sync(first, 1)).assignment.toString()

  const { generationId, leader } = await join(first, 'once more')
  answers['the next generation'] = { generationId, leads: leader === first }
  await sync(first, 2, [{ memberId: first, assignment: everything[0]! }])
  const late = join(await newId())
  await until(async () => (await beat(first, 2)) === rebalanceInProgress)
  await move()
  answers['the join that waited'] = (await late).errorCode
  answers['a heartbeat of the member that had not joined'] = await beat(first, 2)
  answers['its commit'] = await commit(first, 2, 8)
  return answers
}

/** What Kafka 4.4.0 answers. test/integration/transport asks it again. */
export const answersOfKafka: Readonly<Record<string, unknown>> = {
  'a commit before the move': 0,
  'a broker that is not the coordinator': 16,
  'the sync that waited': 16,
  'a sync of the generation that was not complete': 22,
  'a heartbeat of it': 22,
  'a commit of it': 22,
  'a heartbeat of a member that came with it': 25,
  'a join of that member': 25,
  'a join of a member that only had an id': 25,
  'a heartbeat of the last complete generation': 0,
  'the committed offset': { errorCode: 0, offset: 5 },
  'a commit of the last complete generation': 0,
  'its assignment': 'everything',
  'the next generation': { generationId: 2, leads: true },
  'the join that waited': 16,
  'a heartbeat of the member that had not joined': 0,
  'its commit': 0,
}

const rebalanceInProgress = 27

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 50))
}
