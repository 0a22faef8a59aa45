import { DatabaseSync } from 'node:sqlite'
import { DocumentRefused, StoreUnavailable } from '../../sink/document-store.ts'
import type { Condition, Document, DocumentQuery, DocumentStore, DocumentWrite, SourcePlace } from '../../sink/document-store.ts'

/** As MongoDB has it. */
const documentBytesMax = 16 << 20

/**
 * Documents in one SQLite table: a file that survives kill -9, or `:memory:`. A deleted document leaves its position behind, or an
 * older write that comes again would bring it back.
 */
export class SqliteDocumentStore implements DocumentStore {
  readonly #database: DatabaseSync
  readonly #bytesMax: number

  /** `bytesMax` is the size beyond which a document is refused. Default 16 MiB. */
  constructor(path: string, { bytesMax = documentBytesMax }: { readonly bytesMax?: number | undefined } = {}) {
    this.#bytesMax = bytesMax
    // Another service may make the tables at this moment. Later a lock of others is an outage, and nobody waits within the call.
    this.#database = new DatabaseSync(path, { timeout: 10_000 })
    this.#database.exec(`
      pragma journal_mode = wal;
      pragma synchronous = normal;
      create table if not exists documents (id text primary key, json text, source_partition integer not null, source_offset integer not null);
      create table if not exists positions (partition integer primary key, next integer not null);
      pragma busy_timeout = 0;`)
  }

  async begin(ends: ReadonlyMap<number, number>): Promise<'kept' | 'removed'> {
    const newest = this.#database
      .prepare('select source_partition as partition, max(source_offset) as offset from documents group by source_partition')
      .all() as { partition: number; offset: number }[]
    if (newest.every(({ partition, offset }) => offset < (ends.get(partition) ?? 0))) return 'kept'
    this.#database.exec('delete from documents; delete from positions')
    return 'removed'
  }

  async positions(): Promise<ReadonlyMap<number, number>> {
    const rows = this.#database.prepare('select partition, next from positions').all() as { partition: number; next: number }[]
    return new Map(rows.map(({ partition, next }) => [partition, next]))
  }

  async apply(writes: readonly DocumentWrite[], passed: readonly SourcePlace[] = []): Promise<void> {
    const upsert = this.#database.prepare(`
      insert into documents values (?, ?, ?, ?) on conflict (id) do update
      set json = excluded.json, source_partition = excluded.source_partition, source_offset = excluded.source_offset
      where excluded.source_partition <> source_partition or excluded.source_offset > source_offset`)
    this.#begin()
    try {
      for (const write of writes) upsert.run(write.id, this.#textOf(write), write.partition, write.offset)
      this.#advance([...writes, ...passed])
      this.#database.exec('commit')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback')
      throw unavailable(error) ?? error
    }
  }

  #begin(): void {
    try {
      this.#database.exec('begin immediate')
    } catch (error) {
      throw unavailable(error) ?? error
    }
  }

  #textOf(write: DocumentWrite): string | null {
    if (write.document === null) return null
    const text = JSON.stringify(write.document)
    if (Buffer.byteLength(text) <= this.#bytesMax) return text
    throw new DocumentRefused(write, `it has more than ${this.#bytesMax} bytes`)
  }

  #advance(writes: readonly SourcePlace[]): void {
    const upsert = this.#database.prepare(`insert into positions values (?, ?) on conflict (partition) do update
      set next = max(next, excluded.next)`)
    const newest = new Map<number, number>()
    for (const { partition, offset } of writes) newest.set(partition, Math.max(newest.get(partition) ?? 0, offset + 1))
    for (const [partition, next] of newest) upsert.run(partition, next)
  }

  /** A file that is open stays. */
  async check(): Promise<void> {}

  async get(id: string): Promise<Document | undefined> {
    const row = this.#database.prepare('select json from documents where id = ? and json is not null').get(id)
    return row === undefined ? undefined : toDocument(row['json'])
  }

  async find({
    where,
    sort,
    limit,
    offset,
  }: DocumentQuery): Promise<{ readonly documents: readonly Document[]; readonly total: number }> {
    const conditions = ['json is not null', ...where.map((either) => `(${either.map(toSql).join(' or ')})`)].join(' and ')
    const values = where.flat().map(({ value }) => value)
    const direction = sort.order === 'ascending' ? 'asc' : 'desc'
    const page = this.#database
      .prepare(
        `select json from documents where ${conditions} order by ${fieldSql(sort.field)} ${direction}, ${fieldSql('id')} ${direction} limit ? offset ?`,
      )
      .all(...values, limit, offset)
    const total = this.#database.prepare(`select count(*) as total from documents where ${conditions}`).get(...values)
    return { documents: page.map((row) => toDocument(row['json'])), total: total!['total'] as number }
  }

  async close(): Promise<void> {
    this.#database.close()
  }
}

/** Busy, locked, no input or output, full, cannot be opened. */
const passing: ReadonlySet<number> = new Set([5, 6, 10, 13, 14])

function unavailable(error: unknown): StoreUnavailable | undefined {
  const { errcode } = error as { readonly errcode?: number }
  if (errcode === undefined || !passing.has(errcode & 0xff)) return undefined
  return new StoreUnavailable(`The documents cannot be written just now: ${(error as Error).message}.`, { cause: error })
}

const operators = { equal: '=', 'at-least': '>=', 'less-than': '<' } as const

function toSql({ field, is }: Condition): string {
  if (is !== 'decimal-at-least') return `${fieldSql(field)} ${operators[is]} ?`
  return `${unscaled(fieldSql(field))} >= ${unscaled('?')}`
}

/** A decimal of fixed scale without its point is an integer of 64 bits: exact, where a float would not be. */
function unscaled(sql: string): string {
  return `cast(replace(${sql}, '.', '') as integer)`
}

function fieldSql(field: string): string {
  if (!/^\w+$/.test(field)) throw new TypeError(`${JSON.stringify(field)} is no field.`)
  return `json_extract(json, '$.${field}')`
}

function toDocument(json: unknown): Document {
  return JSON.parse(json as string) as Document
}
