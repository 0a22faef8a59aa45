import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'

/** The table in which an environment keeps the position of each changelog partition. No store can have this name. */
const tableName = '.positions'

/** How far stored rows go in their changelog. */
export interface StorePosition {
  /** The next offset to read. */
  readonly offset: number
  /**
   * Since when the rows may have missed something of the changelog: the time of the checkpoint, or the beginning of a restore that has not
   * ended. Undefined in state of a release that wrote no times.
   */
  readonly sinceMs: number | undefined
  /** The id of the changelog. Undefined if the broker gave none. */
  readonly topicId: string | undefined
}

/** The position of a partition; undefined if storage has nothing of it. */
export function readPosition(storage: Pick<StorageEnvironment, 'table'>, partition: TopicPartition): StorePosition | undefined {
  const bytes = storage.table(tableName).get(keyOf(partition))
  return bytes === undefined ? undefined : decode(bytes)
}

/**
 * The write that stores the position of a partition: `offset int64 ‖ time int64 ‖ topic id`. Earlier releases wrote the offset alone,
 * and read no further. Later ones may add more, behind a zero byte.
 */
export function positionWrite(
  storage: StorageEnvironment,
  partition: TopicPartition,
  { offset, sinceMs, topicId = '' }: StorePosition,
): StorageWrite {
  const times = Buffer.alloc(16)
  times.writeBigInt64BE(BigInt(offset))
  // An application's own clock may have fractions of a millisecond.
  times.writeBigInt64BE(BigInt(Math.floor(sinceMs ?? -1)), 8)
  return { table: storage.table(tableName), key: keyOf(partition), value: Buffer.concat([times, Buffer.from(topicId)]) }
}

/** Removes a position. The changelog is then read from its start. */
export function positionRemoval(storage: StorageEnvironment, partition: TopicPartition): StorageWrite {
  return { table: storage.table(tableName), key: keyOf(partition), value: null }
}

/** The sum of the offsets of all positions; undefined if there are none. */
export function storedOffsetSum(storage: StorageEnvironment): number | undefined {
  const positions = [...storage.table(tableName).iterate({})].map(({ value }) => decode(value))
  return positions.length === 0 ? undefined : positions.reduce((sum, { offset }) => sum + offset, 0)
}

function keyOf(partition: TopicPartition): Uint8Array {
  return Buffer.from(partitionKey(partition))
}

function decode(stored: Uint8Array): StorePosition {
  const bytes = Buffer.from(stored)
  const sinceMs = bytes.byteLength < 16 ? -1 : Number(bytes.readBigInt64BE(8))
  const [topicId] = bytes.toString('utf8', 16).split('\0')
  return {
    offset: Number(bytes.readBigInt64BE()),
    sinceMs: sinceMs < 0 ? undefined : sinceMs,
    topicId: topicId || undefined,
  }
}
