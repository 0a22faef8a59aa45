import { StreamsError } from '../../model/errors.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { comparePartitions } from '../../model/topic-partition.ts'
import type { MemberAssignment } from '../../transport/group/consumer-protocol.ts'
import { decodeAssignmentInfo } from './assignment/assignment-info.ts'
import type { AssignorError } from './assignment/assignor-error.ts'
import { topologyMismatch } from './group-topology.ts'
import type { AssignedTasks } from './membership.ts'

/** The tasks in an assignment of the classic protocol. Throws a `StreamsError` if the leader sent an error instead of tasks. */
export function assignedTasks({ partitions, userData }: MemberAssignment): AssignedTasks {
  if (userData === null) return new Map()
  const { activeTasks, error } = decodeAssignmentInfo(userData)
  if (error !== 'none') throw refusal(error)
  const tasks = new Map<string, TopicPartition[]>()
  partitions.toSorted(comparePartitions).forEach((partition, index) => {
    const id = taskIdString(activeTasks[index]!)
    tasks.set(id, [...(tasks.get(id) ?? []), partition])
  })
  return tasks
}

function refusal(error: Exclude<AssignorError, 'none'>): StreamsError {
  if (error === 'topology-mismatch') return topologyMismatch()
  if (error === 'shutdown-requested')
    return new StreamsError('STREAMS_SHUTDOWN_REQUESTED', 'An instance of this application asked all of them to stop.')
  const message = 'A topic that the topology reads is not there: create it, then start again.'
  return new StreamsError('STREAMS_MISSING_SOURCE_TOPIC', message)
}
