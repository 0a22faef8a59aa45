import type { Chance } from '../../clock/chance.ts'
import type { TaskId } from '../../model/task-id.ts'
import { taskIdString } from '../../model/task-id.ts'
import type { StorageEnvironment, StorageFactory, StoragePlace, StorageWrite } from '../../storage/storage.ts'
import type { MemberMemory } from '../../transport/group/group-member-options.ts'
import type { Logger } from '../logger.ts'
import { storedOffsetSum } from './store-positions.ts'

const processTable = 'process'
const processKey = Buffer.from('id')
const placeKey = Buffer.from('place')
const memberKey = Buffer.from('member')
const taskName = /^\d+_\d+$/

/** A task that has state here and does not run. */
export interface ClosedTask {
  /** The sum of its stored changelog offsets; undefined if it has none. */
  readonly offsetSum: number | undefined
}

/**
 * The storage of one application on this machine (Java: `StateDirectory`). It has an environment for each task, one for the global
 * stores, and one that keeps the id of the process and that of its member of the group. Only one process can have it open.
 *
 * The place of the directory stands in it. So a directory that was copied is known as a copy: its process gets an id of its own, and
 * leaves the member of the original alone, which may live.
 */
export class StateDirectory implements MemberMemory {
  /** A UUID that is kept in the directory. So a process that starts again gets the tasks whose state it has. */
  readonly processId: string
  /** Whether the directory was copied from another place, or moved there. */
  readonly isCopy: boolean
  readonly #factory: StorageFactory
  readonly #applicationId: string
  readonly #process: StorageEnvironment
  readonly #closed = new Map<string, ClosedTask>()
  #former: string | null

  /** Throws a `LockError` if another process has the directory open. If it throws, its storage is closed again. */
  constructor(factory: StorageFactory, applicationId: string, chance: Chance) {
    this.#factory = factory
    this.#applicationId = applicationId
    using opened = new DisposableStack()
    this.#process = opened.adopt(factory.open(this.#name(processTable)), (each) => each.close())
    const place = factory.place?.(this.#name(processTable)) ?? null
    const known = readPlace(this.#process)
    this.isCopy = known !== null && place !== null && known.directory !== place.directory
    this.processId = this.isCopy ? newProcessId(this.#process, chance) : readProcessId(this.#process, chance)
    // This process has the lock of the directory. So whoever wrote the id here, in this boot, is dead.
    const isOwn = known !== null && place !== null && known.directory === place.directory && known.boot === place.boot
    this.#former = isOwn ? readText(this.#process, memberKey) : null
    if (place !== null && !isOwn) this.#settle(place)
    for (const task of this.#storedTasks()) this.#remember(task)
    opened.move()
  }

  /** Tasks that have state in the directory and do not run, by task id string, with the sum of their stored changelog offsets. */
  get closedTaskSums(): ReadonlyMap<string, number> {
    return new Map([...this.#closed].flatMap(([task, { offsetSum }]) => (offsetSum === undefined ? [] : [[task, offsetSum]])))
  }

  /** Tasks that have a directory and do not run, by task id string. Each time that a task is closed it becomes another entry. */
  get closedTasks(): ReadonlyMap<string, ClosedTask> {
    return this.#closed
  }

  get former(): string | null {
    return this.#former
  }

  keep(memberId: string): void {
    this.#former = memberId
    this.#write(memberId)
  }

  forget(): void {
    this.#former = null
    this.#write(null)
  }

  openTask(id: TaskId): StorageEnvironment {
    this.#closed.delete(taskIdString(id))
    return this.#factory.open(this.#name(taskIdString(id)))
  }

  closeTask(id: TaskId, environment: StorageEnvironment): void {
    using opened = new DisposableStack()
    opened.defer(() => environment.close())
    if (this.#factory.medium === 'disk') this.#closed.set(taskIdString(id), { offsetSum: storedOffsetSum(environment) })
  }

  /** Removes the state of a task. The task must be closed. */
  destroyTask(id: TaskId | string): void {
    const task = typeof id === 'string' ? id : taskIdString(id)
    this.#closed.delete(task)
    this.#factory.destroy(this.#name(task))
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

  /** A full disk is no reason to stay away from the group: without the row only the next start after a kill takes longer. */
  #write(memberId: string | null): void {
    try {
      this.#process.transact([textWrite(this.#process, memberKey, memberId)])
    } catch {
      return
    }
  }

  /** Notes the new place. In the same write the member goes that was kept in the old one: it must never be taken for this process. */
  #settle(place: StoragePlace): void {
    const placed = textWrite(this.#process, placeKey, JSON.stringify(place))
    this.#process.transact([placed, textWrite(this.#process, memberKey, null)])
  }

  #storedTasks(): readonly string[] {
    const prefix = this.#name('')
    const names = this.#factory.list(prefix).map((name) => name.slice(prefix.length))
    return names.filter((name) => taskName.test(name))
  }

  #remember(task: string): void {
    using opened = new DisposableStack()
    const name = this.#name(task)
    const environment = opened.adopt(this.#factory.openToRead?.(name) ?? this.#factory.open(name), (each) => each.close())
    this.#closed.set(task, { offsetSum: storedOffsetSum(environment) })
  }
}

/** Says why state of an earlier run was removed when its storage was opened. */
export function logEmptied({ emptied }: StorageEnvironment, owner: string, logger: Logger): void {
  if (emptied !== undefined)
    logger.warn(`The stored state of ${owner} cannot be used: ${emptied}. It is restored from the start.`)
}

function readProcessId(environment: StorageEnvironment, chance: Chance): string {
  return readText(environment, processKey) ?? newProcessId(environment, chance)
}

function newProcessId(environment: StorageEnvironment, chance: Chance): string {
  const id = chance.uuid()
  environment.transact([textWrite(environment, processKey, id)])
  return id
}

function readPlace(environment: StorageEnvironment): StoragePlace | null {
  const text = readText(environment, placeKey)
  return text === null ? null : (JSON.parse(text) as StoragePlace)
}

function readText(environment: StorageEnvironment, key: Uint8Array): string | null {
  const stored = environment.table(processTable).get(key)
  return stored === undefined ? null : Buffer.from(stored).toString()
}

function textWrite(environment: StorageEnvironment, key: Uint8Array, text: string | null): StorageWrite {
  return { table: environment.table(processTable), key, value: text === null ? null : Buffer.from(text) }
}
