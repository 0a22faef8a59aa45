import { TransportError } from '../../../lib/model/errors.ts'
import { partitionKey } from '../../../lib/model/topic-partition.ts'
import type { TopicPartition } from '../../../lib/model/topic-partition.ts'
import type { EmbeddedBroker } from '../../../lib/transport/embedded/embedded-broker.ts'
import { EmbeddedFetcher } from '../../../lib/transport/embedded/embedded-fetcher.ts'
import type { FetchedPartition } from '../../../lib/transport/fetcher.ts'
import type { HostPort, VersionRange } from '../../../lib/transport/kafka/connection/connection.ts'
import { readTopics, writeTopics } from '../../../lib/transport/kafka/wire/request.ts'
import { RequestWriter } from '../../../lib/transport/kafka/wire/request-writer.ts'
import { ResponseReader } from '../../../lib/transport/kafka/wire/response-reader.ts'
import { placedAt } from '../sealed-batches.ts'

/** A request as a broker sees it. */
export interface ReceivedRequest {
  readonly apiKey: number
  readonly body: Uint8Array
}

interface StoredBytes {
  readonly baseOffset: number
  bytes: Buffer
}

export const api = {
  produce: 0,
  fetch: 1,
  listOffsets: 2,
  metadata: 3,
  offsetFetch: 9,
  findCoordinator: 10,
  createTopics: 19,
  initProducerId: 22,
} as const

/** Offered, so that clients ask: the tests answer them themselves. OffsetCommit, JoinGroup, Heartbeat, LeaveGroup, SyncGroup. */
const unanswered = [8, 11, 12, 13, 14]

const errorCodes: Readonly<Record<string, number>> = {
  TRANSPORT_OFFSET_OUT_OF_RANGE: 1,
  TRANSPORT_UNKNOWN_TOPIC_OR_PARTITION: 3,
  TRANSPORT_MESSAGE_TOO_LARGE: 10,
  TRANSPORT_OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  TRANSPORT_INVALID_PRODUCER_EPOCH: 47,
  TRANSPORT_INVALID_RECORD: 87,
}

/**
 * The one broker of a cluster, by its bytes: decodes requests, asks an embedded broker, and encodes the responses. It keeps what
 * was produced as bytes, so that a test can damage them.
 */
export class WireBroker {
  readonly apiVersions: ReadonlyMap<number, VersionRange> = new Map(
    [...Object.values(api), ...unanswered].map((apiKey) => [apiKey, { min: 0, max: 20 }]),
  )
  address: HostPort = { host: 'wire', port: 9092 }
  readonly #broker: EmbeddedBroker
  readonly #fetcher: EmbeddedFetcher
  readonly #stored = new Map<string, StoredBytes[]>()

  constructor(broker: EmbeddedBroker) {
    this.#broker = broker
    this.#fetcher = new EmbeddedFetcher(broker)
  }

  /** Changes the stored batch that begins at the offset, as a broken disk would. */
  damage(partition: TopicPartition, baseOffset: number, change: (bytes: Buffer) => Buffer): void {
    const stored = this.#batches(partition).find((batch) => batch.baseOffset === baseOffset)
    if (stored === undefined) throw new Error(`no batch begins at offset ${baseOffset}`)
    stored.bytes = change(Buffer.from(stored.bytes))
  }

  async answer({ apiKey, body }: ReceivedRequest): Promise<Buffer> {
    const reader = new ResponseReader(body)
    const writer = new RequestWriter()
    if (apiKey === api.metadata) this.#metadata(reader, writer)
    else if (apiKey === api.produce) this.#produce(reader, writer)
    else if (apiKey === api.fetch) await this.#fetch(reader, writer)
    else if (apiKey === api.listOffsets) this.#listOffsets(reader, writer)
    else if (apiKey === api.offsetFetch) this.#offsetFetch(reader, writer)
    else if (apiKey === api.createTopics) this.#createTopics(reader, writer)
    else if (apiKey === api.initProducerId) writer.int32(0).int16(0).int64(this.#broker.newProducerId()).int16(0)
    else if (apiKey === api.findCoordinator)
      writer.int32(0).int16(0).string(null).int32(0).string(this.address.host).int32(this.address.port)
    else throw new Error(`this broker does not know API ${apiKey}`)
    return Buffer.from(writer.bytes)
  }

  #metadata(reader: ResponseReader, writer: RequestWriter): void {
    const asked = reader.array((topic) => topic.string())
    writer.int32(0)
    writer.array([this.address], (out, { host, port }) => out.int32(0).string(host).int32(port).string(null))
    writer.string(null).int32(0)
    writer.array(asked, (out, name) => {
      const partitions = this.#broker.topics.get(name)?.partitions
      out.int16(partitions === undefined ? 3 : 0).string(name).boolean(false) // prettier-ignore
      out.array(Array.from({ length: partitions?.length ?? 0 }, (_, index) => index), (each, partition) =>
        each.int16(0).int32(partition).int32(0).int32(0).array([], () => {}).array([], () => {}).array([], () => {}),
      ) // prettier-ignore
    })
  }

  #produce(reader: ResponseReader, writer: RequestWriter): void {
    reader.nullableString()
    reader.int16()
    reader.int32()
    const batches = readTopics(reader, (each, topic) => ({ topic, partition: each.int32(), records: each.data() }))
    const results = batches.map(({ records, ...partition }) => ({ ...partition, ...this.#append(partition, records) }))
    writeTopics(writer, results, (out, { partition, errorCode, baseOffset }) =>
      out.int32(partition).int16(errorCode).int64(baseOffset).int64(-1).int64(0),
    )
    writer.int32(0)
  }

  #append(partition: TopicPartition, records: Buffer): { readonly errorCode: number; readonly baseOffset: number } {
    try {
      const baseOffset = this.#broker.append(partition, records)
      const stored = this.#batches(partition)
      if (!stored.some((batch) => batch.baseOffset === baseOffset))
        stored.push({ baseOffset, bytes: placedAt(baseOffset, records) })
      return { errorCode: 0, baseOffset }
    } catch (error) {
      return { errorCode: codeOf(error), baseOffset: -1 }
    }
  }

  async #fetch(reader: ResponseReader, writer: RequestWriter): Promise<void> {
    reader.int32()
    const waits = { maxWaitMs: reader.int32(), minBytes: reader.int32(), maxBytes: reader.int32() }
    const isolationLevel = reader.int8() === 1 ? 'read_committed' : 'read_uncommitted'
    reader.int32()
    reader.int32()
    const positions = readTopics(reader, readPosition)
    const maxBytesPerPartition = Math.min(...positions.map(({ maxBytes }) => maxBytes))
    const fetched = await this.#fetcher.fetch(positions, { ...waits, maxBytesPerPartition, isolationLevel })
    writer.int32(0).int16(0).int32(0)
    writeTopics(writer, fetched, (out, answer) => {
      const { partition, error, highWatermark, lastStableOffset, logStartOffset } = answer
      out.int32(partition).int16(error === null ? 0 : codeOf(error))
      out.int64(highWatermark).int64(lastStableOffset).int64(logStartOffset)
      out.array(answer.abortedTransactions, (each, { producerId, firstOffset }) => each.int64(producerId).int64(firstOffset))
      out.int32(-1).data(this.#bytesOf(answer))
    })
  }

  #bytesOf({ batches, ...partition }: FetchedPartition): Buffer {
    const offsets = new Set(batches.map(({ baseOffset }) => baseOffset))
    return Buffer.concat(this.#batches(partition).flatMap(({ baseOffset, bytes }) => (offsets.has(baseOffset) ? [bytes] : [])))
  }

  #createTopics(reader: ResponseReader, writer: RequestWriter): void {
    const topics = reader.array((each) => {
      const topic = { name: each.string(), partitions: Math.max(1, each.int32()) }
      each.int16()
      each.array(() => {})
      return { ...topic, config: Object.fromEntries(each.array((entry) => [entry.string(), entry.string()])) }
    })
    this.#broker.createTopics(topics)
    writer.int32(0).array(topics, (out, { name }) => out.string(name).int16(0).string(null))
  }

  #offsetFetch(reader: ResponseReader, writer: RequestWriter): void {
    const groupId = reader.compactString()
    const asked = reader.compactArray((topics) => {
      const topic = topics.compactString()
      const partitions = topics.compactArray((each) => each.int32())
      topics.skipTags()
      return { topic, partitions }
    })
    writer.int32(0).compactArray(asked, (out, { topic, partitions }) => {
      out.compactString(topic)
      out.compactArray(partitions, (each, partition) => {
        const [commit] = this.#broker.offsets.of(groupId, [{ topic, partition }])
        each.int32(partition).int64(commit?.offset ?? -1).int32(commit?.leaderEpoch ?? -1) // prettier-ignore
        each.compactString(commit?.metadata ?? '').int16(0).noTags() // prettier-ignore
      })
      out.noTags()
    })
    writer.int16(0).noTags()
  }

  #listOffsets(reader: ResponseReader, writer: RequestWriter): void {
    reader.int32()
    reader.int8()
    const asked = readTopics(reader, (each, topic) => {
      const partition = each.int32()
      each.int32()
      return { topic, partition, timestampMs: each.int64() }
    })
    writer.int32(0)
    writeTopics(writer, asked, (out, { timestampMs, ...partition }) => {
      const spec = timestampMs === -2 ? 'earliest' : timestampMs === -1 ? 'latest' : { timestampMs }
      out.int32(partition.partition).int16(0).int64(-1).int64(this.#broker.listOffset(partition, spec)).int32(0)
    })
  }

  #batches(partition: TopicPartition): StoredBytes[] {
    const batches = this.#stored.get(partitionKey(partition)) ?? []
    this.#stored.set(partitionKey(partition), batches)
    return batches
  }
}

function readPosition(reader: ResponseReader, topic: string) {
  const partition = reader.int32()
  reader.int32()
  const offset = reader.int64()
  reader.int64()
  return { topic, partition, offset, maxBytes: reader.int32() }
}

function codeOf(error: unknown): number {
  const code = error instanceof TransportError ? errorCodes[error.code] : undefined
  if (code === undefined) throw error
  return code
}
