import { Serdes, nullable, openConsumer, openProducer, topic } from 'millrace'
import type { Cluster, TopicProducer } from 'millrace'
import type { SchemaChange, SchemaJournal } from '../../registry/schema-journal.ts'
import type { Reference } from '../../registry/schema-store.ts'
import { withAdmin } from './with-admin.ts'

interface Key {
  readonly keytype: 'SCHEMA' | 'CONFIG' | 'MODE'
  readonly subject: string | null
  readonly version?: number
  readonly magic: number
}

interface Value {
  readonly id?: number
  readonly schema?: string
  readonly references?: readonly Reference[]
  readonly deleted?: boolean
  readonly compatibilityLevel?: string
  readonly mode?: string
}

/** The topic of the registry: compacted, one partition. */
const schemasTopic = topic('_schemas', { key: Serdes.json<Key>(), value: nullable(Serdes.json<Value>()) })

const clientId = 'registry'

/** Keeps a registry in the topic `_schemas`, in the form of Confluent's. */
export class KafkaSchemaJournal implements SchemaJournal {
  readonly #cluster: Cluster
  readonly #producer: TopicProducer

  private constructor(cluster: Cluster, producer: TopicProducer) {
    this.#cluster = cluster
    this.#producer = producer
  }

  static async open(cluster: Cluster): Promise<KafkaSchemaJournal> {
    return new KafkaSchemaJournal(cluster, await openProducer(cluster, { clientId }))
  }

  async load(): Promise<readonly SchemaChange[]> {
    const end = await this.#end()
    const changes: SchemaChange[] = []
    if (end === 0) return changes
    const consumer = await openConsumer(this.#cluster, { clientId, topics: [schemasTopic] })
    try {
      for await (const { records } of consumer) {
        changes.push(...records.flatMap(({ key, value }) => (key === null ? [] : [toChange(key, value)])))
        if (records.at(-1)!.offset >= end - 1) return changes
      }
      return changes
    } finally {
      await consumer.close()
    }
  }

  async append(changes: readonly SchemaChange[]): Promise<void> {
    await this.#producer.send(schemasTopic, changes.map(toRecord))
  }

  close(): Promise<void> {
    return this.#producer.close()
  }

  /** The offset behind the last record; 0 where there is none. */
  #end(): Promise<number> {
    return withAdmin(this.#cluster, clientId, async (admin) => {
      const partitions = [{ topic: schemasTopic.name, partition: 0 }]
      const [start] = await admin.listOffsets(partitions, 'earliest')
      const [end] = await admin.listOffsets(partitions, 'latest')
      return end!.offset === start!.offset ? 0 : end!.offset
    })
  }
}

function toRecord(change: SchemaChange): { readonly key: Key; readonly value: Value | null } {
  const { subject } = change
  if (change.kind === 'schema') {
    const key = { keytype: 'SCHEMA', subject, version: change.version, magic: 1 } as const
    if (change.value === null) return { key, value: null }
    const { id, text, references, isDeleted } = change.value
    return { key, value: { ...key, id, schema: text, references, deleted: isDeleted } as Value }
  }
  const key = { keytype: change.kind === 'mode' ? 'MODE' : 'CONFIG', subject: subject === '' ? null : subject, magic: 0 } as const
  const field = change.kind === 'mode' ? 'mode' : 'compatibilityLevel'
  return { key, value: change.value === null ? null : { [field]: change.value } }
}

function toChange({ keytype, subject, version }: Key, value: Value | null): SchemaChange {
  if (keytype === 'SCHEMA') {
    const { id = 0, schema = '', references = [], deleted = false } = value ?? {}
    const kept = value === null ? null : { id, text: schema, references, isDeleted: deleted }
    return { kind: 'schema', subject: subject ?? '', version: version!, value: kept }
  }
  const text = keytype === 'MODE' ? value?.mode : value?.compatibilityLevel
  return { kind: keytype === 'MODE' ? 'mode' : 'compatibility', subject: subject ?? '', value: text ?? null }
}
