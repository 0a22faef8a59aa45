import type { SchemaRegistry } from '../../model/serde.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../../storage/storage.ts'

/**
 * A schema registry that remembers the schemas it has registered or looked up, so that they can be stored beside the rows that need
 * them.
 */
export class KnownSchemas implements SchemaRegistry {
  readonly #registry: SchemaRegistry
  readonly #texts = new Map<number, string>()

  constructor(registry: SchemaRegistry) {
    this.#registry = registry
  }

  async register(subject: string, schema: string): Promise<number> {
    const id = await this.#registry.register(subject, schema)
    this.#texts.set(id, schema)
    return id
  }

  async schemaById(id: number): Promise<string> {
    const text = await this.#registry.schemaById(id)
    this.#texts.set(id, text)
    return text
  }

  known(id: number): string | undefined {
    return this.#texts.get(id)
  }

  all(): Iterable<readonly [id: number, text: string]> {
    return this.#texts
  }

  /** Adds a schema that was stored. It does not replace one that came from the registry. */
  remember(id: number, text: string): void {
    if (!this.#texts.has(id)) this.#texts.set(id, text)
  }
}

/** The table in which an environment keeps schemas, by id. No store can have this name. */
const tableName = '.schemas'

/** The stored schemas of a task; undefined without a schema registry. */
export function storedSchemas(storage: StorageEnvironment, schemas: KnownSchemas | undefined): StoredSchemas | undefined {
  return schemas && new StoredSchemas(storage, schemas)
}

/**
 * The schemas with which the rows of an environment may have been written. Rows keep their old schema when the application comes
 * back with a newer one. Stores read rows synchronously, so these schemas are loaded before the first read.
 */
export class StoredSchemas {
  readonly #known: KnownSchemas
  readonly #table: StorageTable
  readonly #stored = new Map<number, string>()
  readonly #unstored = new Map<number, string>()

  constructor(storage: StorageEnvironment, known: KnownSchemas) {
    this.#known = known
    this.#table = storage.table(tableName)
    for (const { key, value } of this.#table.iterate({}))
      this.#stored.set(Number(Buffer.from(key).toString()), Buffer.from(value).toString())
    for (const [id, text] of this.#stored) known.remember(id, text)
  }

  /**
   * Appends all known schemas that are not stored yet, because any row may have been written with any of them. `checkpointed` follows.
   */
  checkpoint(writes: StorageWrite[]): void {
    for (const [id, text] of this.#known.all()) {
      if (this.#stored.get(id) === text) continue
      this.#unstored.set(id, text)
      writes.push({ table: this.#table, key: Buffer.from(String(id)), value: Buffer.from(text) })
    }
  }

  /** Called when the writes of the last `checkpoint` are stored. */
  checkpointed(): void {
    for (const [id, text] of this.#unstored) this.#stored.set(id, text)
    this.#unstored.clear()
  }
}
