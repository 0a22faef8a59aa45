import { LockError, StreamsError } from '../../model/errors.ts'
import { MemoryTable } from '../../storage/memory/memory-table.ts'
import type { StorageEnvironment, StorageFactory, StorageTable, StorageWrite } from '../../storage/storage.ts'
import type { SimulatedProcess } from './simulated-process.ts'

type Tables = Map<string, MemoryTable>

/** The disk of a machine. It outlives the processes that use it, one after the other. */
export class SimulatedDisk {
  /** The name of the machine. */
  readonly machine: string
  readonly #environments = new Map<string, Tables>()
  #isFull = false

  constructor(machine: string) {
    this.machine = machine
  }

  /** From now on writes fail, or work again. */
  fill(): void {
    this.#isFull = true
  }

  free(): void {
    this.#isFull = false
  }

  /** The names of all environments. */
  names(): readonly string[] {
    return [...this.#environments.keys()].sort()
  }

  /** A table of an environment, for whoever checks its rows. */
  table(environment: string, table: string): StorageTable {
    return this.#environments.get(environment)?.get(table) ?? new MemoryTable(table)
  }

  /** The storage of a process on this machine. Its locks end with the process. */
  storageOf(process: SimulatedProcess): StorageFactory {
    const open = new Set<string>()
    const locked = (name: string): LockError =>
      new LockError('STREAMS_STORAGE_LOCKED', `The environment ${name} is open already: close it first.`, { facts: { name } })
    return {
      medium: 'disk',
      open: (name) => {
        if (open.has(name)) throw locked(name)
        open.add(name)
        process.opened('environment')
        const tables = this.#environments.get(name) ?? new Map<string, MemoryTable>()
        this.#environments.set(name, tables)
        return this.#environment(name, tables, process, open)
      },
      destroy: (name) => void (process.isDead || this.#environments.delete(name)),
      place: (name) => ({ directory: `${this.machine}/${name}`, boot: this.machine }),
      list: (prefix) => this.names().filter((name) => name.startsWith(prefix)),
    }
  }

  #environment(name: string, tables: Tables, process: SimulatedProcess, open: Set<string>): StorageEnvironment {
    return {
      table(table) {
        const found = tables.get(table) ?? new MemoryTable(table)
        tables.set(table, found)
        return found
      },
      tables: () => [...tables.keys()].sort(),
      drop: (names) => void (process.isDead || names.forEach((table) => tables.delete(table))),
      transact: (writes) => this.#transact(writes, process),
      close: () => {
        if (open.delete(name)) process.closed('environment')
      },
    }
  }

  /** All or nothing. The code of a process that is killed inside goes no further. */
  #transact(writes: readonly StorageWrite[], process: SimulatedProcess): void {
    if (process.crashesAt('before', 'storage.transact')) throw new KilledHere()
    if (this.#isFull) throw new StreamsError('STREAMS_STORAGE_FULL', `The disk of ${this.machine} is full: make room on it.`)
    for (const { table, key, value } of writes) (table as MemoryTable).apply(key, value && Uint8Array.from(value))
    if (process.crashesAt('after', 'storage.transact')) throw new KilledHere()
  }
}

/** Ends the synchronous code of a process that was killed. Whoever catches it finds that no call has an effect any more. */
class KilledHere extends Error {
  constructor() {
    super('This process was killed.')
  }
}
