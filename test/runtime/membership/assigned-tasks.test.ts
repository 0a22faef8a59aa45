import t from 'tap'
import { parseTaskId } from '../../../lib/model/task-id.ts'
import { assignedTasks } from '../../../lib/runtime/membership/assigned-tasks.ts'
import { encodeAssignmentInfo } from '../../../lib/runtime/membership/assignment/assignment-info.ts'
import type { AssignorError } from '../../../lib/runtime/membership/assignment/assignor-error.ts'

function userData(tasks: readonly string[], error: AssignorError = 'none'): Uint8Array {
  const none = { standbyTasks: new Map(), partitionsByHost: new Map() }
  return encodeAssignmentInfo({ activeTasks: tasks.map(parseTaskId), error, ...none })
}

t.test('each partition goes to the task that stands at its place, whatever the order in which partitions come', (t) => {
  const partitions = [
    { topic: 'b', partition: 0 },
    { topic: 'a', partition: 1 },
    { topic: 'a', partition: 0 },
  ]
  const tasks = assignedTasks({ partitions, userData: userData(['0_0', '0_1', '0_0']) })
  t.same([...tasks], [
    ['0_0', [{ topic: 'a', partition: 0 }, { topic: 'b', partition: 0 }]],
    ['0_1', [{ topic: 'a', partition: 1 }]],
  ]) // prettier-ignore
  t.end()
})

t.test('a member that the leader left out has no tasks', (t) => {
  t.same(assignedTasks({ partitions: [], userData: null }), new Map())
  t.end()
})

t.test('what the leader tells instead of tasks is an error with a code', (t) => {
  const codes = {
    'shutdown-requested': 'STREAMS_SHUTDOWN_REQUESTED',
    'incomplete-source-topic-metadata': 'STREAMS_MISSING_SOURCE_TOPIC',
    'topology-mismatch': 'STREAMS_TOPOLOGY_MISMATCH',
  } as const
  for (const [error, code] of Object.entries(codes))
    t.throws(() => assignedTasks({ partitions: [], userData: userData([], error as AssignorError) }), { code })
  t.end()
})
