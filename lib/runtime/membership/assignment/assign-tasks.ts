import type { TaskId } from '../../../model/task-id.ts'
import { compareTaskIds, taskIdString } from '../../../model/task-id.ts'
import type { Bucket } from './distribute-tasks.ts'
import { distributeTasks } from './distribute-tasks.ts'

export interface AssignableTask {
  readonly id: TaskId
  readonly kind: 'stateful' | 'stateless'
}

/** A consumer of the group (Java: a stream thread's). Members of one process share its state on disk. */
export interface AssignmentMember {
  readonly memberId: string
  readonly processId: string
  /** Tasks that the member ran actively until now. */
  readonly previousTasks: readonly TaskId[]
  /**
   * By task id string: how many changelog records the stored state of the member's process is behind; 0 for a task that it runs. A
   * task that is missing has no state in the process. If members of one process tell different lags, the smallest counts.
   */
  readonly lags: ReadonlyMap<string, number>
}

export interface AssignTasksOptions {
  /** A process whose lag is not above this is caught up. Java: `acceptable.recovery.lag`, 10 000. */
  readonly acceptableRecoveryLag: number
}

/**
 * Assigns every task to exactly one member. Every member is in the answer, with its tasks in order of their ids. Equal input gives
 * an equal answer, whatever the order of tasks and members.
 *
 * In this order of importance (Java: `HighAvailabilityTaskAssignor`, without warm-ups):
 * - Stateful tasks are spread evenly, over processes by their number of members, then over the members of each; stateless ones
 *   then fill up. So no two members differ by more than one task, and by more than one stateful task.
 * - A member keeps the tasks that it ran, if its process is caught up on them. It always keeps stateless ones.
 * - Other stateful tasks go to the process with the smallest lag, among those that have room.
 */
export function assignTasks(
  tasks: readonly AssignableTask[],
  members: readonly AssignmentMember[],
  { acceptableRecoveryLag }: AssignTasksOptions,
): ReadonlyMap<string, readonly TaskId[]> {
  const assigned = new Map(members.map(({ memberId }): [string, TaskId[]] => [memberId, []]))
  const processes = processesOf(members)
  for (const kind of ['stateful', 'stateless'] as const) {
    const ids = tasks.filter((task) => task.kind === kind).map(({ id }) => id)
    const isOwner = (bucket: Owner, task: string): boolean =>
      bucket.previous.has(task) && (kind === 'stateless' || lagOf(bucket, task) <= acceptableRecoveryLag)
    const buckets = processes.map((process) => processBucket(process, assigned, kind, isOwner))
    const byProcess = distributeTasks(ids, buckets)
    for (const process of processes)
      assignWithin(
        process,
        byProcess.get(process.id)!,
        assigned,
        (member, task) => isOwner(member, task) && isOwner(process, task),
      )
  }
  for (const owned of assigned.values()) owned.sort(compareTaskIds)
  return assigned
}

interface Owner {
  readonly id: string
  readonly previous: ReadonlySet<string>
  readonly lags: ReadonlyMap<string, number>
}

interface Process extends Owner {
  readonly members: readonly Owner[]
}

type IsOwner = (owner: Owner, task: string) => boolean

function lagOf({ lags }: Owner, task: string): number {
  return lags.get(task) ?? Infinity
}

function processesOf(members: readonly AssignmentMember[]): readonly Process[] {
  const byProcess = Map.groupBy(members, ({ processId }) => processId)
  return [...byProcess].map(([id, some]): Process => {
    const lags = smallestLags(some)
    const owners = some.map(({ memberId, previousTasks }) => ({
      id: memberId,
      previous: new Set(previousTasks.map(taskIdString)),
      lags,
    }))
    return { id, previous: new Set(owners.flatMap(({ previous }) => [...previous])), lags, members: owners }
  })
}

function smallestLags(members: readonly AssignmentMember[]): ReadonlyMap<string, number> {
  const smallest = new Map<string, number>()
  for (const { lags } of members)
    for (const [task, lag] of lags) smallest.set(task, Math.min(lag, smallest.get(task) ?? Infinity))
  return smallest
}

function processBucket(
  process: Process,
  assigned: ReadonlyMap<string, readonly TaskId[]>,
  kind: AssignableTask['kind'],
  isOwner: IsOwner,
): Bucket {
  return {
    id: process.id,
    capacity: process.members.length,
    load: process.members.reduce((load, { id }) => load + assigned.get(id)!.length, 0),
    isOwner: (task) => isOwner(process, task),
    lag: (task) => (kind === 'stateful' ? lagOf(process, task) : Infinity),
  }
}

/** Stored state belongs to the process. So among the members of a process a task goes to the one that ran it. */
function assignWithin(
  { members }: Process,
  tasks: readonly TaskId[],
  assigned: ReadonlyMap<string, TaskId[]>,
  isOwner: IsOwner,
): void {
  const buckets = members.map((member): Bucket => {
    const load = assigned.get(member.id)!.length
    return { id: member.id, capacity: 1, load, isOwner: (task) => isOwner(member, task), lag: () => Infinity }
  })
  for (const [memberId, some] of distributeTasks(tasks, buckets)) assigned.get(memberId)!.push(...some)
}
