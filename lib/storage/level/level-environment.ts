import { assert } from '../../model/assert.ts'
import { asBuffer, latin1 } from '../../model/bytes.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../storage.ts'
import type { HeldBytes } from './held-bytes.ts'
import type { LevelDatabase, LevelOperation } from './level-database.ts'
import { environmentKey, rowPrefix, tableKey } from './level-keys.ts'
import { LevelTable } from './level-table.ts'
import type { LevelWriter } from './level-writer.ts'

export interface LevelEnvironmentOptions {
  readonly database: LevelDatabase
  readonly writer: LevelWriter
  readonly held: HeldBytes
}

/** One environment in the database. Its tables stay in memory while it is closed. */
export class LevelEnvironment implements StorageEnvironment {
  readonly #name: string
  readonly #options: LevelEnvironmentOptions
  readonly #tables = new Map<string, LevelTable>()
  #isOpen = false

  constructor(name: string, options: LevelEnvironmentOptions) {
    this.#name = name
    this.#options = options
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  open(): void {
    this.#isOpen = true
    this.#options.writer.write({ operations: [mark(environmentKey(this.#name))] })
  }

  /** Makes a table that the database already has. Called while the storage is opened. */
  load(name: string): LevelTable {
    const table = this.#tables.get(name) ?? this.#makeTable(name)
    this.#tables.set(name, table)
    return table
  }

  table(name: string): StorageTable {
    assert(this.#isOpen, 'A closed environment is not used.')
    if (!this.#tables.has(name)) this.#options.writer.write({ operations: [mark(tableKey(this.#name, name))] })
    return this.load(name)
  }

  tables(): readonly string[] {
    return [...this.#tables.keys()].sort()
  }

  drop(names: readonly string[]): void {
    const dropped = names.flatMap((name) => this.#tables.get(name) ?? [])
    if (dropped.length === 0) return
    this.#options.writer.write({ operations: dropped.flatMap((table) => this.#dropped(table)) })
    for (const table of dropped) {
      this.#tables.delete(table.name)
      table.clear()
    }
  }

  transact(writes: readonly StorageWrite[]): void {
    assert(this.#isOpen, 'A closed environment is not used.')
    for (const { table } of writes)
      assert(this.#tables.get(table.name) === table, 'A write goes to an open table of its environment.')
    this.#options.held.check()
    this.#options.writer.check()
    const rows = writes.map(({ table, key, value }) => ({ table: table as LevelTable, key: latin1(key), value }))
    this.#options.writer.write({
      operations: rows.map(({ table, key, value }) => operation(table.storedKey(key), value)),
      written: () => {
        for (const { table, key, value } of rows) table.written(key, value)
      },
    })
    for (const { table, key, value } of rows) table.apply(key, value)
  }

  close(): void {
    this.#isOpen = false
  }

  destroy(): void {
    assert(!this.#isOpen, 'Only a closed environment is destroyed.')
    this.drop(this.tables())
    this.#options.writer.write({ operations: [unmark(environmentKey(this.#name))] })
  }

  #makeTable(name: string): LevelTable {
    return new LevelTable(name, rowPrefix(this.#name, name), this.#options.database, this.#options.held)
  }

  #dropped(table: LevelTable): LevelOperation[] {
    const rows = [...table.storedKeys()].map((key) => operation(key, null))
    return [...rows, unmark(tableKey(this.#name, table.name))]
  }
}

function operation(key: Uint8Array, value: Uint8Array | null): LevelOperation {
  return value === null ? { type: 'del', key } : { type: 'put', key, value: asBuffer(value) }
}

function mark(key: string): LevelOperation {
  return operation(Buffer.from(key, 'latin1'), Buffer.alloc(0))
}

function unmark(key: string): LevelOperation {
  return operation(Buffer.from(key, 'latin1'), null)
}
