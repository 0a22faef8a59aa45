import type { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin, OffsetSpec } from '../admin.ts'
import type { Position, PositionSource } from './position-source.ts'
import { resetPosition } from './reset-position.ts'
import { unknownTopic } from './topic-producer.ts'

/** The positions of a consumer without a group: it reads all partitions of its topics. */
export class AllPartitions implements PositionSource {
  readonly #admin: Admin
  readonly #from: OffsetSpec
  readonly #positions: ReadonlyMap<string, Position>
  readonly #unchanging = new AbortController().signal

  private constructor(admin: Admin, from: OffsetSpec, positions: readonly Position[]) {
    this.#admin = admin
    this.#from = from
    this.#positions = new Map(positions.map((position) => [partitionKey(position), position]))
  }

  static async open(admin: Admin, topics: readonly string[], from: OffsetSpec): Promise<AllPartitions> {
    const found = await admin.metadata(topics)
    const missing = topics.find((topic) => !found.some(({ name }) => name === topic))
    if (missing !== undefined) throw unknownTopic(missing)
    const partitions = found.flatMap(({ name, partitions }) => partitions.map(({ partition }) => ({ topic: name, partition })))
    const offsets = await admin.listOffsets(partitions, from)
    return new AllPartitions(
      admin,
      from,
      offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset, leaderEpoch: -1 })),
    )
  }

  positions(): ReturnType<PositionSource['positions']> {
    return Promise.resolve({ positions: [...this.#positions.values()], changed: this.#unchanging })
  }

  position(partition: TopicPartition): Position | undefined {
    return this.#positions.get(partitionKey(partition))
  }

  async reset(partition: TopicPartition, error: TransportError): Promise<void> {
    const position = this.position(partition)
    if (position !== undefined) await resetPosition(position, error, this.#admin, this.#from)
  }

  commit(): Promise<void> {
    return Promise.reject(
      new TypeError('A consumer without a groupId cannot commit: give it a groupId, or keep positions yourself.'),
    )
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}
