import { taskIdString } from '../../../lib/model/task-id.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { AssignedTasks } from '../../../lib/runtime/membership/membership.ts'
import type { ManagedTask } from '../../../lib/runtime/task/managed-task.ts'
import type { TaskStarts } from '../../../lib/runtime/task/task-manager.ts'
import type { KnownTopics } from '../../../lib/transport/topics/known-topics.ts'
import { FakeTask, managed } from './fake-task.ts'

/** The tasks of a thread without storage, changelogs or a cluster: it writes down what is asked of it. */
export class FakeTasks {
  readonly calls: string[] = []
  all: ManagedTask[]

  constructor(...tasks: FakeTask[]) {
    this.all = tasks.map((task) => managed(task))
  }

  get running(): readonly ManagedTask[] {
    return this.all.filter(({ state }) => state === 'running')
  }

  owner(partition: TopicPartition): ManagedTask | undefined {
    const key = partitionKey(partition)
    return this.all.find(({ partitions }) => partitions.some((each) => partitionKey(each) === key))
  }

  withIds(ids: readonly string[]): readonly ManagedTask[] {
    return this.all.filter(({ id }) => ids.includes(taskIdString(id)))
  }

  async startsOf(_: AssignedTasks, topics: KnownTopics): Promise<TaskStarts> {
    return { topics, committed: [] }
  }

  assign(assigned: AssignedTasks): void {
    this.calls.push(`assign ${[...assigned.keys()].join(' ')}`)
    this.all = [...assigned.keys()].map((id) => this.withIds([id])[0] ?? managed(new FakeTask(id)))
  }

  recreate(tasks: readonly ManagedTask[], state: 'kept' | 'destroyed'): void {
    if (tasks.length > 0) this.calls.push(`recreate ${names(tasks)} with state ${state}`)
  }

  beginAgain(tasks: readonly ManagedTask[], lastCommit: 'known' | 'unknown'): void {
    if (tasks.length > 0) this.calls.push(`begin ${names(tasks)} again at the ${lastCommit} commit`)
  }

  async endCheckpoints(tasks: readonly ManagedTask[]): Promise<void> {
    for (const managed of tasks) while (managed.task.continueCheckpoint()) this.calls.push(`slice ${names([managed])}`)
  }

  close(task: ManagedTask): void {
    this.calls.push(`close ${names([task])}`)
    this.#remove(task)
  }

  closeDirty(tasks: readonly ManagedTask[]): void {
    const open = tasks.filter(({ state }) => state !== 'closed')
    if (open.length > 0) this.calls.push(`close dirty ${names(open)}`)
    for (const task of open) this.#remove(task)
  }

  restored(): void {
    this.calls.push('restored')
  }

  async reset({ topic, partition }: TopicPartition): Promise<() => void> {
    return () => void this.calls.push(`reset ${topic}-${partition}`)
  }

  #remove(task: ManagedTask): void {
    task.state = 'closed'
    this.all = this.all.filter((each) => each !== task)
  }
}

function names(tasks: readonly ManagedTask[]): string {
  return tasks.map(({ id }) => taskIdString(id)).join(' ')
}
