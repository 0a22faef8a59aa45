import { bindSerde } from 'millrace'
import type { RawRecord, SchemaRegistry, Serde, Topic } from 'millrace'
import type { Document, DocumentWrite } from './document-store.ts'
import { FailedRecord } from './sink.ts'
import type { SinkConverter, SinkStage } from './sink.ts'

/** A document for each key of a topic, by the topic's serdes. */
export class KeyedDocuments<V> implements SinkConverter {
  readonly #topic: string
  readonly #key: Serde<string>
  readonly #value: Serde<V>
  readonly #toDocument: (value: V) => Document

  constructor(topic: Topic<string, V>, schemaRegistry: SchemaRegistry, toDocument: (value: V) => Document) {
    this.#topic = topic.name
    this.#key = bindSerde(topic.key, { schemaRegistry })
    this.#value = bindSerde(topic.value, { schemaRegistry })
    this.#toDocument = toDocument
  }

  async prepare(records: readonly RawRecord[]): Promise<void> {
    const bytes = records.flatMap(({ value }) => (value === null ? [] : [value]))
    await this.#value.prepareRead?.(bytes, { topic: this.#topic, component: 'value', headers: [] })
  }

  convert(record: RawRecord): DocumentWrite {
    const { partition, offset, headers, key, value } = record
    const said = { topic: this.#topic, headers }
    const id = tried(record, 'KEY_CONVERTER', () =>
      key === null ? null : this.#key.deserialize(key, { ...said, component: 'key' }),
    )
    const read = tried(record, 'VALUE_CONVERTER', () =>
      value === null ? null : this.#value.deserialize(value, { ...said, component: 'value' }),
    )
    if (id === null)
      throw new FailedRecord(record, 'TASK_PUT', new TypeError('It has no key, so its document would have no _id.'))
    return { id, document: tried(record, 'TASK_PUT', () => (read === null ? null : this.#toDocument(read))), partition, offset }
  }
}

function tried<T>(record: RawRecord, stage: SinkStage, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new FailedRecord(record, stage, error as Error)
  }
}
