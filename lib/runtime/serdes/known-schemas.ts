import type { SchemaRegistry } from '../../model/serde.ts'
import type { TaskScope } from '../task/task-scope.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../../storage/storage.ts'

/** A registry that remembers what it has said, so that schemas can be kept beside the rows that were written with them. */
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

  /** What the registry itself has said counts more. */
  remember(id: number, text: string): void {
    if (!this.#texts.has(id)) this.#texts.set(id, text)
  }
}

/** Where an environment keeps schemas, by id. No store is called so. */
const tableName = '.schemas'

/** Of a task with a schema registry. */
export function storedSchemas({ storage, environment }: TaskScope): StoredSchemas | undefined {
  const { schemas } = environment.serdes
  return schemas && new StoredSchemas(storage, schemas)
}

/**
 * The schemas with which the rows of an environment may have been written. Rows stay as they are when an application comes back with a
 * newer schema, and are read within a call: their schemas are there before the first one.
 */
export class StoredSchemas {
  readonly #known: KnownSchemas
  readonly #table: StorageTable
  readonly #stored = new Map<number, string>()

  constructor(storage: StorageEnvironment, known: KnownSchemas) {
    this.#known = known
    this.#table = storage.table(tableName)
    for (const { key, value } of this.#table.iterate({}))
      this.#stored.set(Number(Buffer.from(key).toString()), Buffer.from(value).toString())
    for (const [id, text] of this.#stored) known.remember(id, text)
  }

  /** Appends what is not there yet: all that is known, since any row may have been written with it. */
  checkpoint(writes: StorageWrite[]): void {
    for (const [id, text] of this.#known.all()) {
      if (this.#stored.get(id) === text) continue
      this.#stored.set(id, text)
      writes.push({ table: this.#table, key: Buffer.from(String(id)), value: Buffer.from(text) })
    }
  }
}
