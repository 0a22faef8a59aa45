import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'

/** The table in which an environment keeps the next offset to read of each changelog partition. No store can have this name. */
const tableName = '.positions'

/** The next offset to read of a partition; undefined if storage has nothing of it. */
export function readPosition(storage: StorageEnvironment, partition: TopicPartition): number | undefined {
  const bytes = storage.table(tableName).get(keyOf(partition))
  return bytes === undefined ? undefined : decode(bytes)
}

/** The write that stores the next offset to read of a partition. */
export function positionWrite(storage: StorageEnvironment, partition: TopicPartition, offset: number): StorageWrite {
  const value = Buffer.alloc(8)
  value.writeBigInt64BE(BigInt(offset))
  return { table: storage.table(tableName), key: keyOf(partition), value }
}

/** Removes a position. The changelog is then read from its start. */
export function positionRemoval(storage: StorageEnvironment, partition: TopicPartition): StorageWrite {
  return { table: storage.table(tableName), key: keyOf(partition), value: null }
}

function keyOf(partition: TopicPartition): Uint8Array {
  return Buffer.from(partitionKey(partition))
}

/** The sum of all positions; undefined if there are none. */
export function storedOffsetSum(storage: StorageEnvironment): number | undefined {
  const positions = [...storage.table(tableName).iterate({})].map(({ value }) => decode(value))
  return positions.length === 0 ? undefined : positions.reduce((sum, position) => sum + position, 0)
}

function decode(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes).readBigInt64BE())
}
