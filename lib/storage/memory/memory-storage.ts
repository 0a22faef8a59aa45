import { assert } from '../../model/assert.ts'
import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { LockError } from '../../model/errors.ts'
import { OrderedMap } from '../ordered-map.ts'
import type { StorageEntry, StorageEnvironment, StorageFactory, StorageRange, StorageTable, StorageWrite } from '../storage.ts'

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

class MemoryTable implements StorageTable {
  readonly name: string
  readonly #rows = new OrderedMap<Uint8Array>()

  constructor(name: string) {
    this.name = name
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(latin1(key))
  }

  iterate({ from, to, reverse }: StorageRange): IterableIterator<StorageEntry> {
    return entries(this.#rows.scan({ from: from && latin1(from), to: to && latin1(to), reverse }))
  }

  count(): number {
    return this.#rows.size
  }

  apply(key: Uint8Array, value: Uint8Array | null): void {
    if (value === null) this.#rows.delete(latin1(key))
    else this.#rows.set(latin1(key), value)
  }
}

function* entries(rows: IterableIterator<[string, Uint8Array]>): Generator<StorageEntry, undefined> {
  for (const [key, value] of rows) yield { key: fromLatin1(key), value }
}
