import { randomUUID } from 'node:crypto'
import { BSON, MongoBulkWriteError } from 'mongodb'
import type { AnyBulkWriteOperation, Collection, Filter, WriteError } from 'mongodb'
import { DocumentRefused, DocumentsLost } from '../../sink/document-store.ts'
import type { Condition, Document, DocumentQuery, DocumentStore, DocumentWrite, SourcePlace } from '../../sink/document-store.ts'
import { fromBson } from './bson-fields.ts'
import type { BsonFields } from './bson-fields.ts'
import { isPassing, storeError } from './mongo-error.ts'
import type { MongoConnection } from './mongo-connection.ts'

export interface MongoDocuments {
  readonly connection: MongoConnection
  readonly collection: string
  readonly fields: BsonFields
  /** Fields that are looked up and sorted by. */
  readonly indexes: readonly string[]
  /** Larger documents are refused. Default 16 MiB, as the server has it. */
  readonly bytesMax: number | undefined
}

interface Stored {
  readonly _id: string
  readonly _meta?: SourcePlace & { readonly deletedAt?: Date }
}

/** What says that the documents are those of this sink, and up to where. Without it the server is a new one, or was emptied. */
interface Marker {
  readonly _id: string
  readonly incarnation: string
  readonly next: Readonly<Record<string, number>>
}

interface Collections {
  readonly documents: Collection<Stored>
  readonly markers: Collection<Marker>
}

const documentBytesMax = 16 << 20
/** As long as the topic keeps a delete (`delete.retention.ms`). */
const deletionsKeptS = 24 * 3600
const isThere = { '_meta.deletedAt': null }

/**
 * Documents in a collection of MongoDB, typed as its own connector types them. There are no transactions: each document says in `_meta` which
 * record it is of, and a write is a replacement of an older one, or nothing. A deleted document leaves its `_meta` for a day. Positions, and the mark
 * by which an emptied server is known, are in the collection `<name>.sink`.
 */
export class MongoDocumentStore implements DocumentStore {
  readonly #options: MongoDocuments
  #incarnation: string | null = null

  constructor(options: MongoDocuments) {
    this.#options = options
  }

  async begin(ends: ReadonlyMap<number, number>): Promise<'kept' | 'removed'> {
    return this.#asked(async (collections) => {
      const { documents, markers } = collections
      await this.#createIndexes(documents)
      const isOther = await documents.findOne(behind(ends), { projection: { _id: 1 } })
      if (isOther !== null) {
        await markers.deleteMany({})
        await documents.deleteMany({})
      }
      this.#incarnation = (await this.#makeMarker(markers)).incarnation
      return isOther === null ? 'kept' : 'removed'
    })
  }

  async positions(): Promise<ReadonlyMap<number, number>> {
    const marker = await this.#asked(({ markers }) => markers.findOne({ _id: this.#options.collection }))
    return new Map(Object.entries(marker?.next ?? {}).map(([partition, next]) => [Number(partition), next]))
  }

  async apply(writes: readonly DocumentWrite[], passed: readonly SourcePlace[] = []): Promise<void> {
    const newest = newestOf(writes)
    const operations = newest.map((write) => this.#toOperation(write))
    await this.#asked(async ({ documents, markers }) => {
      await this.#write(documents, newest, operations)
      await this.#advance(markers, [...writes, ...passed])
    })
  }

  async check(): Promise<void> {
    await this.#asked(async ({ markers }) => {
      const marker = await markers.findOne({ _id: this.#options.collection })
      if (this.#incarnation !== null && marker?.incarnation !== this.#incarnation) throw this.#lost()
    })
  }

  async get(id: string): Promise<Document | undefined> {
    const found = await this.#asked(({ documents }) => documents.findOne({ _id: id, ...isThere }))
    return found === null ? undefined : fromBson({ ...found })
  }

  async find(query: DocumentQuery): Promise<{ readonly documents: readonly Document[]; readonly total: number }> {
    const filter = { $and: [isThere, ...query.where.map((either) => ({ $or: either.map((one) => this.#toFilter(one)) }))] }
    const direction = query.sort.order === 'ascending' ? 1 : -1
    const sort = { [nameIn(query.sort.field)]: direction, id: direction } as const
    return this.#asked(async ({ documents }) => {
      const page = documents.find(filter, { sort, skip: query.offset, limit: query.limit }).toArray()
      const [found, total] = await Promise.all([page, documents.countDocuments(filter)])
      return { documents: found.map((document) => fromBson({ ...document })), total }
    })
  }

  async close(): Promise<void> {
    await this.#options.connection.close()
  }

  async #createIndexes(documents: Collection<Stored>): Promise<void> {
    const own = this.#options.indexes.map((field) => ({ key: { [field]: 1 } }))
    await documents.createIndexes([
      ...own,
      { key: { '_meta.deletedAt': 1 }, expireAfterSeconds: deletionsKeptS },
      { key: { '_meta.partition': 1, '_meta.offset': 1 } },
    ])
  }

  async #makeMarker(markers: Collection<Marker>): Promise<Marker> {
    const id = { _id: this.#options.collection }
    await markers.updateOne(id, { $setOnInsert: { incarnation: randomUUID(), next: {} } }, { upsert: true })
    return (await markers.findOne(id))!
  }

  /** An ordered bulk stops at a write that is refused. One that is older than its document is none to stop at: what is left is tried again without those. */
  async #write(
    documents: Collection<Stored>,
    writes: readonly DocumentWrite[],
    operations: readonly AnyBulkWriteOperation<Stored>[],
  ): Promise<void> {
    if (writes.length === 0) return
    const failed = await bulkWrite(documents, operations)
    if (failed === null) return
    if (!isOfId(failed)) throw new DocumentRefused(writes[failed.index]!, failed.errmsg ?? `code ${failed.code}`)
    const rest = writes.slice(failed.index)
    const older = await areOlder(documents, rest)
    const isLeft = rest.map((write) => !older.has(write))
    const left = operations.slice(failed.index).filter((_, index) => isLeft[index])
    await this.#write(documents, rest.filter((_, index) => isLeft[index]), left) // prettier-ignore
  }

  #toOperation(write: DocumentWrite): AnyBulkWriteOperation<Stored> {
    const { id, document, partition, offset } = write
    const filter: Filter<Stored> = {
      _id: id,
      $or: [{ '_meta.partition': { $ne: partition } }, { '_meta.offset': { $lt: offset } }],
    }
    const fields = document === null ? {} : this.#typed(write, document)
    const meta = { partition, offset, ...(document === null ? { deletedAt: new Date() } : {}) }
    const replacement = { ...fields, _meta: meta }
    const { bytesMax = documentBytesMax } = this.#options
    if (BSON.calculateObjectSize({ _id: id, ...replacement }) > bytesMax)
      throw new DocumentRefused(write, `it has more than ${bytesMax} bytes`)
    return { replaceOne: { filter, replacement, upsert: true } }
  }

  #typed(write: DocumentWrite, document: Document): Record<string, unknown> {
    try {
      return this.#options.fields.toBson(document)
    } catch (error) {
      throw new DocumentRefused(write, (error as Error).message)
    }
  }

  async #advance(markers: Collection<Marker>, places: readonly SourcePlace[]): Promise<void> {
    if (places.length === 0) return
    const next = new Map<string, number>()
    for (const { partition, offset } of places) {
      const name = `next.${partition}`
      next.set(name, Math.max(next.get(name) ?? 0, offset + 1))
    }
    const own = this.#incarnation === null ? {} : { incarnation: this.#incarnation }
    const id = { _id: this.#options.collection, ...own }
    const { matchedCount } = await markers.updateOne(id, { $max: Object.fromEntries(next) })
    if (matchedCount === 0) throw this.#lost()
  }

  #toFilter({ field, is, value }: Condition): Filter<Stored> {
    return { [nameIn(field)]: { [operators[is]]: this.#options.fields.valueOf(field, value) } }
  }

  #lost(): DocumentsLost {
    return new DocumentsLost(`${this.#where} no longer has the mark of this sink: it is another server, or was emptied.`)
  }

  get #where(): string {
    return `${this.#options.connection.name} (${this.#options.collection})`
  }

  async #asked<T>(ask: (collections: Collections) => Promise<T>): Promise<T> {
    const { connection, collection } = this.#options
    try {
      const database = await connection.database()
      return await ask({ documents: database.collection(collection), markers: database.collection(`${collection}.sink`) })
    } catch (error) {
      throw storeError(error, this.#where)
    }
  }
}

const operators = { equal: '$eq', 'at-least': '$gte', 'less-than': '$lt', 'decimal-at-least': '$gte' } as const

const isOfId = ({ code, errmsg = '' }: WriteError): boolean => code === 11_000 && /index: _id_/.test(errmsg)

/** The first operation that failed, or null. */
async function bulkWrite(
  documents: Collection<Stored>,
  operations: readonly AnyBulkWriteOperation<Stored>[],
): Promise<WriteError | null> {
  try {
    await documents.bulkWrite(operations, { ordered: true })
    return null
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || isPassing(error)) throw error
    const [first] = [error.writeErrors].flat().toSorted((left, right) => left.index - right.index)
    // The driver wraps a connection that was cut in the same error.
    if (first === undefined) throw (error.errorResponse as unknown) instanceof Error ? error.errorResponse : error
    return first
  }
}

/** Writes that are not newer than what their id has. */
async function areOlder(documents: Collection<Stored>, writes: readonly DocumentWrite[]): Promise<ReadonlySet<DocumentWrite>> {
  const ids = writes.map(({ id }) => id)
  const found = await documents.find({ _id: { $in: ids } }, { projection: { _meta: 1 } }).toArray()
  const places = new Map(found.map(({ _id, _meta }) => [_id, _meta]))
  return new Set(
    writes.filter(({ id, partition, offset }) => {
      const place = places.get(id)
      return place?.partition === partition && place.offset >= offset
    }),
  )
}

/** Of each id the last write that is not older than one before it, in their order. */
function newestOf(writes: readonly DocumentWrite[]): readonly DocumentWrite[] {
  const byId = new Map<string, DocumentWrite>()
  for (const write of writes) {
    const before = byId.get(write.id)
    if (before?.partition !== write.partition || before.offset < write.offset) byId.set(write.id, write)
  }
  return writes.filter((write) => byId.get(write.id) === write)
}

/** Documents of records that the topic does not have, or not yet. */
function behind(ends: ReadonlyMap<number, number>): Filter<Stored> {
  const places = [...ends].map(([partition, end]) => ({ '_meta.partition': partition, '_meta.offset': { $gte: end } }))
  return { $or: [{ '_meta.partition': { $exists: true, $nin: [...ends.keys()] } }, ...places] }
}

function nameIn(field: string): string {
  if (/^\w+$/.test(field)) return field
  throw new TypeError(`${JSON.stringify(field)} is no field.`)
}
