import { SerializationError } from '../../model/errors.ts'
import type { SchemaRegistry, SerdeContext } from '../../model/serde.ts'
import type { SchemaIds } from './schema-header.ts'
import { schemaIdOf } from './schema-header.ts'

/** The schemas of a registry. They are fetched before the records that need them are read or written. */
export class RegisteredSchemas implements SchemaIds {
  readonly #registry: SchemaRegistry
  readonly #ownSchema: string
  /** By component, then by topic: nothing is put together for a record. */
  readonly #ids = { key: new Map<string, number>(), value: new Map<string, number>() }
  readonly #texts = new Map<number, string | SerializationError>()

  constructor(registry: SchemaRegistry, ownSchema: string) {
    this.#registry = registry
    this.#ownSchema = ownSchema
  }

  /** Registers the serde's own schema. The subject is topic and component (Confluent's `TopicNameStrategy`). */
  async register(context: SerdeContext): Promise<void> {
    const ids = this.#ids[context.component]
    if (ids.has(context.topic)) return
    const id = await this.#registry.register(subjectOf(context), this.#ownSchema)
    ids.set(context.topic, id)
    // A store may read a value back at once, before anything is fetched.
    this.#texts.set(id, this.#ownSchema)
  }

  /**
   * Fetches the schemas of a batch. If the registry does not know a schema, reading a record with its id throws. If the registry
   * does not answer, the call rejects.
   */
  async fetch(batch: readonly Uint8Array[]): Promise<void> {
    const ids = new Set<number>()
    for (const bytes of batch) {
      const id = schemaIdOf(bytes)
      if (id !== undefined && typeof this.#texts.get(id) !== 'string') ids.add(id)
    }
    await Promise.all([...ids].map(async (id) => this.#texts.set(id, await this.#fetchOne(id))))
  }

  idFor(context: SerdeContext): number {
    const id = this.#ids[context.component].get(context.topic)
    if (id !== undefined) return id
    const message = `No schema is registered for ${subjectOf(context)}: await prepareWrite for this topic first.`
    throw new SerializationError('STREAMS_SCHEMA_NOT_REGISTERED', message, { facts: { topic: context.topic } })
  }

  schemaOf(id: number): string {
    const fetched = this.#texts.get(id)
    if (typeof fetched === 'string') return fetched
    const known = this.#registry.known?.(id)
    if (known !== undefined) return known
    throw (
      fetched ??
      new SerializationError(
        'STREAMS_SCHEMA_NOT_FETCHED',
        `Schema ${id} is not fetched: await prepareRead with these bytes first.`,
      )
    )
  }

  async #fetchOne(id: number): Promise<string | SerializationError> {
    try {
      return await this.#registry.schemaById(id)
    } catch (error) {
      if (error instanceof SerializationError) return error
      throw error
    }
  }
}

function subjectOf({ topic, component }: SerdeContext): string {
  return `${topic}-${component}`
}
