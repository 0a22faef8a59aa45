/** The id of a task, which processes one partition of one sub-topology. It is printed `subtopology_partition`, as in Java. */
export interface TaskId {
  /** Number of the sub-topology, as `describe()` shows it. */
  readonly subtopology: number
  /** Number of the partition. */
  readonly partition: number
}

export function taskIdString({ subtopology, partition }: TaskId): string {
  return `${subtopology}_${partition}`
}

export function parseTaskId(text: string): TaskId {
  const match = /^(\d+)_(\d+)$/.exec(text)
  if (match === null) throw new TypeError(`A task id looks like 0_1, not ${JSON.stringify(text)}.`)
  return { subtopology: Number(match[1]), partition: Number(match[2]) }
}

export function compareTaskIds(left: TaskId, right: TaskId): number {
  return left.subtopology - right.subtopology || left.partition - right.partition
}
