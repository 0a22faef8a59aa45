import { assert } from '../../model/assert.ts'
import { LockError } from '../../model/errors.ts'
import { MemoryTable } from './memory-table.ts'
import type { StorageEnvironment, StorageFactory, StorageTable, StorageWrite } from '../storage.ts'

/** Storage for tests, and for stores that need not outlive their task. An environment loses its rows when it is closed. */
export class MemoryStorageFactory implements StorageFactory {
  readonly medium = 'memory'
  readonly #open = new Map<string, MemoryEnvironment>()

  open(name: string): StorageEnvironment {
    if (this.#open.has(name))
      throw new LockError('STREAMS_STORAGE_LOCKED', `The environment ${name} is open already: close it first.`, {
        facts: { name },
      })
    const environment = new MemoryEnvironment(() => void this.#open.delete(name))
    this.#open.set(name, environment)
    return environment
  }

  destroy(name: string): void {
    assert(!this.#open.has(name), 'Only a closed environment is destroyed.')
  }

  list(prefix: string): readonly string[] {
    return [...this.#open.keys()].filter((name) => name.startsWith(prefix)).sort()
  }
}

class MemoryEnvironment implements StorageEnvironment {
  readonly #tables = new Map<string, MemoryTable>()
  readonly #onClose: () => void
  #closed = false

  constructor(onClose: () => void) {
    this.#onClose = onClose
  }

  table(name: string): StorageTable {
    assert(!this.#closed, 'A closed environment is not used.')
    const table = this.#tables.get(name) ?? new MemoryTable(name)
    this.#tables.set(name, table)
    return table
  }

  tables(): readonly string[] {
    return [...this.#tables.keys()].sort()
  }

  drop(names: readonly string[]): void {
    for (const name of names) this.#tables.delete(name)
  }

  transact(writes: readonly StorageWrite[]): void {
    for (const { table } of writes)
      assert(this.#tables.get(table.name) === table, 'A write goes to an open table of its environment.')
    for (const { table, key, value } of writes) (table as MemoryTable).apply(key, value)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#tables.clear()
    this.#onClose()
  }
}
