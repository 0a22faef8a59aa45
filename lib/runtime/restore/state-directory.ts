import type { Chance } from '../../clock/chance.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { StorageEnvironment, StorageFactory } from '../../storage/storage.ts'
import { storedOffsetSum } from './store-positions.ts'

const processTable = 'process'
const processKey = Buffer.from('id')
const taskName = /^\d+_\d+$/

/**
 * The storage of one application on this machine (Java: `StateDirectory`). It has an environment for each task, one for the global
 * stores, and one that keeps the id of the process. Only one process can have it open.
 */
export class StateDirectory {
  /** A UUID that is kept in the directory. So a process that starts again gets the tasks whose state it has. */
  readonly processId: string
  readonly #factory: StorageFactory
  readonly #applicationId: string
  readonly #process: StorageEnvironment
  readonly #closedSums = new Map<string, number>()

  /** Throws a `LockError` if another process has the directory open. If it throws, its storage is closed again. */
  constructor(factory: StorageFactory, applicationId: string, chance: Chance) {
    this.#factory = factory
    this.#applicationId = applicationId
    using opened = new DisposableStack()
    this.#process = opened.adopt(factory.open(this.#name(processTable)), (each) => each.close())
    this.processId = readProcessId(this.#process, chance)
    for (const task of this.#storedTasks()) this.#remember(task)
    opened.move()
  }

  /** Tasks that have state in the directory and do not run, by task id string, with the sum of their stored changelog offsets. */
  get closedTaskSums(): ReadonlyMap<string, number> {
    return this.#closedSums
  }

  openTask(id: TaskId): StorageEnvironment {
    this.#closedSums.delete(taskIdString(id))
    return this.#factory.open(this.#name(taskIdString(id)))
  }

  closeTask(id: TaskId, environment: StorageEnvironment): void {
    using opened = new DisposableStack()
    opened.defer(() => environment.close())
    const sum = storedOffsetSum(environment)
    if (sum !== undefined && this.#factory.medium === 'disk') this.#closedSums.set(taskIdString(id), sum)
  }

  /** Removes the state of a task. The task must be closed. */
  destroyTask(id: TaskId): void {
    this.#closedSums.delete(taskIdString(id))
    this.#factory.destroy(this.#name(taskIdString(id)))
  }

  openGlobal(): StorageEnvironment {
    return this.#factory.open(this.#name('global'))
  }

  /** Resolves when all writes so far survive a crash. Rejects if a write failed. */
  async flush(): Promise<void> {
    await this.#factory.flush?.()
  }

  async close(): Promise<void> {
    this.#process.close()
    await this.flush()
  }

  #name(part: string): string {
    return `${this.#applicationId}/${part}`
  }

  #storedTasks(): readonly string[] {
    const prefix = this.#name('')
    const names = this.#factory.list(prefix).map((name) => name.slice(prefix.length))
    return names.filter((name) => taskName.test(name))
  }

  #remember(task: string): void {
    using opened = new DisposableStack()
    const environment = opened.adopt(this.#factory.open(this.#name(task)), (each) => each.close())
    const sum = storedOffsetSum(environment)
    if (sum !== undefined) this.#closedSums.set(task, sum)
  }
}

function readProcessId(environment: StorageEnvironment, chance: Chance): string {
  const table = environment.table(processTable)
  const stored = table.get(processKey)
  if (stored !== undefined) return Buffer.from(stored).toString()
  const id = chance.uuid()
  environment.transact([{ table, key: processKey, value: Buffer.from(id) }])
  return id
}
