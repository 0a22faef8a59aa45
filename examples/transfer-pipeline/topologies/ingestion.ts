import { SerializationError, StreamsError, Topology } from 'millrace'
import type { KeyValue, Serde, Topic } from 'millrace'
import type { ConnectRecord, RowChange } from 'millrace/connect'
import { Attempt, children } from '../errors/attempt.ts'
import type { BytesRecord } from '../errors/attempt.ts'
import { ErrorCounts } from '../errors/error-counts.ts'
import { statesTopic } from '../errors/letter-state.ts'
import { marksStore } from '../errors/newest-wins.ts'
import { transferRowsTelling, userRowsTelling } from '../schemas/rows.ts'
import type { OnDrift } from '../schemas/rows.ts'
import { bytesOf, deadLetterTopicOf, rawTransfers, rawUsers, repeatable, transfers, users } from '../topics.ts'

/** What the connector writes: Debezium's envelopes, or the flat rows of its transform `ExtractNewRecordState`. */
type RawForm = 'envelope' | 'flat'

export interface IngestionOptions {
  readonly form?: RawForm | undefined
  readonly counts?: ErrorCounts | undefined
  /** Is told of columns that are not as the pipeline reads them. */
  readonly onDrift?: OnDrift | undefined
  /** Is asked about each change before it goes on. What it throws refuses the record; a `RetriableError` has it tried again. */
  readonly check?: ((change: RowChange<number, unknown>) => void) | undefined
}

export function ingestionUsersTopology(options?: IngestionOptions): Topology {
  return ingestion(rawUsers, users, userRowsTelling(options?.onDrift), options)
}

export function ingestionTransfersTopology(options?: IngestionOptions): Topology {
  return ingestion(rawTransfers, transfers, transferRowsTelling(options?.onDrift), options)
}

type RawTopic<T> = Topic<ConnectRecord | null, RowChange<number, T> | null>

/**
 * Rows as they are now, by id; a delete becomes a real tombstone, so that compaction forgets the row. What cannot become a row goes to the
 * retry topics or to the dead letters. What comes again from there has a topic of its own, with as many partitions as the raw topic.
 */
function ingestion<T>(
  raw: RawTopic<T>,
  rows: Topic<string, T>,
  changes: Serde<RowChange<number, T>>,
  options: IngestionOptions = {},
): Topology {
  const { form = 'envelope', counts = new ErrorCounts(), check } = options
  const topics = repeatable(raw.name)
  const work = (record: BytesRecord): readonly KeyValue<string, T | null>[] => {
    const change = read(raw.name, changes, record, 'value')
    if (change !== null) check?.(change)
    return rowsOf(change, form, () => read(raw.name, raw.key, record, 'key'))
  }
  const topology = new Topology()
    .addSource('raw', [bytesOf(raw.name), bytesOf(topics.replay)])
    .addProcessor('attempt', () => new Attempt({ topics, work, nameOf, counts }), ['raw'], { stores: [marksStore] })
    .addSink(children.rows, rows, ['attempt'])
    .addSink(children.letters, bytesOf(deadLetterTopicOf(raw.name)), ['attempt'])
    .addSink(children.states, statesTopic, ['attempt'])
  for (const [delayMs, name] of topics.retries) topology.addSink(children.retry(delayMs), bytesOf(name), ['attempt'])
  return topology
}

function read<C>(topic: string, serde: Topic<C, C>['value'], record: BytesRecord, component: 'key' | 'value'): C | null {
  const bytes = record[component]
  try {
    return bytes === null ? null : serde.deserialize(bytes, { topic, component, headers: record.headers })
  } catch (error) {
    if (error instanceof StreamsError) throw error
    throw new SerializationError('STREAMS_DESERIALIZATION', (error as Error).message, { cause: error })
  }
}

/**
 * The tombstone that follows an envelope's delete says nothing new. Behind flat rows it is the delete.
 */
function rowsOf<T>(
  change: RowChange<number, T> | null,
  form: RawForm,
  key: () => ConnectRecord | null,
): readonly KeyValue<string, T | null>[] {
  if (change === null || change.kind === 'tombstone') return form === 'flat' ? [{ key: idOf(key()), value: null }] : []
  if (change.kind === 'ignore') return []
  return [{ key: String(change.key), value: change.kind === 'upsert' ? change.row : null }]
}

function idOf(key: ConnectRecord | null): string {
  const id = (key as { readonly value: { readonly id: number } } | null)?.value.id
  return String(id)
}

/** The id in the key, with an embedded schema or without; a key without one is a name of its own. */
function nameOf({ key }: BytesRecord): string | null {
  if (key === null) return null
  const text = Buffer.from(key.buffer, key.byteOffset, key.length).toString()
  return /"id":(\d+)\}+$/.exec(text)?.[1] ?? text
}
