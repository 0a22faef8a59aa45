import { closeSync, fdatasyncSync, openSync } from 'node:fs'
import { join } from 'node:path'
import type { Database, RootDatabase } from 'lmdb'
import { assert } from '../../model/assert.ts'
import { ProcessorStateError } from '../../model/errors.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../storage.ts'
import { whileWriting } from './disk-full.ts'
import { loadLmdb } from './load-lmdb.ts'
import { LmdbTable, type LmdbDatabase } from './lmdb-table.ts'
import type { ProcessLock } from './process-lock.ts'

const formatVersion = 1
/**
 * How many tables an environment can have open: those of stores and those of their segments. LMDB needs about 100 bytes for each
 * slot.
 */
const maxTables = 4096

const binary = { keyEncoding: 'binary', encoding: 'binary' } as const

/** An LMDB environment. The database `directory` in it has the names of all tables and the version of the format. */
export class LmdbEnvironment implements StorageEnvironment {
  readonly #path: string
  readonly #durability: 'process' | 'flush'
  readonly #lock: ProcessLock
  readonly #root: RootDatabase<Buffer, Buffer>
  readonly #directory: Database<string, string>
  readonly #tables = new Map<string, LmdbTable>()
  #emptied: string | undefined
  #isOpen = true

  constructor(path: string, durability: 'process' | 'flush', lock: ProcessLock, emptied?: string) {
    this.#path = path
    this.#emptied = emptied
    this.#durability = durability
    this.#lock = lock
    this.#root = loadLmdb().open({ path, maxDbs: maxTables + 1, noSync: durability === 'process', ...binary })
    this.#directory = this.#root.openDB({ name: 'directory', keyEncoding: 'ordered-binary', encoding: 'string' })
    this.#checkFormat()
  }

  get emptied(): string | undefined {
    return this.#emptied
  }

  table(name: string): StorageTable {
    assert(this.#isOpen, 'A closed environment is not used.')
    const existing = this.#tables.get(name)
    if (existing !== undefined) return existing
    const table = new LmdbTable(name, this.#isStored(name) ? this.#openDatabase(name) : undefined)
    this.#tables.set(name, table)
    return table
  }

  tables(): readonly string[] {
    const keys = this.#directory.getKeys({ start: 'table/', end: 'table0' })
    const stored = [...keys].map((key) => String(key).slice('table/'.length))
    return [...new Set([...stored, ...this.#tables.keys()])].sort()
  }

  drop(names: readonly string[]): void {
    for (const name of names) {
      if (this.#isStored(name)) whileWriting(this.#path, () => this.#drop(name))
      this.#tables.delete(name)
    }
  }

  #drop(name: string): void {
    this.#lock.sign()
    const { database } = this.table(name) as LmdbTable
    // The object is of no use any more, also if this throws.
    this.#tables.delete(name)
    database!.dropSync()
    this.#directory.removeSync(`table/${name}`)
  }

  #isStored(name: string): boolean {
    return this.#directory.get(`table/${name}`) !== undefined
  }

  #openDatabase(name: string): LmdbDatabase {
    return this.#root.openDB({ name: `table/${name}`, ...binary })
  }

  #store(table: LmdbTable): void {
    this.#directory.putSync(`table/${table.name}`, '')
    table.database = this.#openDatabase(table.name)
  }

  transact(writes: readonly StorageWrite[]): void {
    for (const { table } of writes)
      assert(this.#tables.get(table.name) === table, 'A write goes to an open table of its environment.')
    whileWriting(this.#path, () => this.#transact(writes))
  }

  #transact(writes: readonly StorageWrite[]): void {
    this.#lock.sign()
    for (const table of new Set(writes.map((write) => write.table as LmdbTable)))
      if (table.database === undefined) this.#store(table)
    // The braces matter: a write returns a promise, and LMDB keeps a transaction open whose callback returns one.
    this.#root.transactionSync(() => {
      for (const { table, key, value } of writes) (table as LmdbTable).apply(key, value)
    })
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    void this.#root.close()
    if (!this.#lock.isSigned) return this.#lock.abandon()
    this.#flushFile()
    this.#lock.release()
  }

  /**
   * Flushes the data to disk before the lock is released, which removes the owner's record: data without such a record is trusted after
   * a crash of the machine.
   */
  #flushFile(): void {
    if (this.#durability === 'flush') return
    const file = openSync(join(this.#path, 'data.mdb'), 'r+')
    fdatasyncSync(file)
    closeSync(file)
  }

  /** State of an older format is removed, and so restored from changelogs. A newer one belongs to a newer release. */
  #checkFormat(): void {
    const found = this.#directory.get('format')
    if (found === String(formatVersion)) return
    if (found === undefined || Number(found) < formatVersion) return this.#begin(found)
    void this.#root.close()
    const message =
      `The state in ${this.#path} has format ${found}, this release writes ${formatVersion}: run the release that wrote it, ` +
      'or remove the state to restore it from changelogs.'
    throw new ProcessorStateError('STREAMS_STATE_FORMAT', message, {
      facts: { path: this.#path, found, expected: formatVersion },
    })
  }

  #begin(found: string | undefined): void {
    this.#lock.sign()
    if (found !== undefined) {
      this.drop(this.tables())
      this.#emptied = `it had format ${found}, and this release writes format ${formatVersion}`
    }
    this.#directory.putSync('format', String(formatVersion))
  }
}
