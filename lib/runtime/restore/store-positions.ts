import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { StorageEnvironment, StorageWrite } from '../../storage/storage.ts'

/** Where an environment keeps, beside the data, the next offset to read of each changelog partition. No store is called so. */
const tableName = '.positions'

/** Undefined: nothing of this partition is in storage. */
export function readPosition(storage: StorageEnvironment, partition: TopicPartition): number | undefined {
  const bytes = storage.table(tableName).get(keyOf(partition))
  return bytes === undefined ? undefined : decode(bytes)
}

export function positionWrite(storage: StorageEnvironment, partition: TopicPartition, offset: number): StorageWrite {
  const value = Buffer.alloc(8)
  value.writeBigInt64BE(BigInt(offset))
  return { table: storage.table(tableName), key: keyOf(partition), value }
}

/** The changelog is to be read from its start. */
export function positionRemoval(storage: StorageEnvironment, partition: TopicPartition): StorageWrite {
  return { table: storage.table(tableName), key: keyOf(partition), value: null }
}

function keyOf(partition: TopicPartition): Uint8Array {
  return Buffer.from(partitionKey(partition))
}

/** Sum of all positions; undefined where there are none. */
export function storedOffsetSum(storage: StorageEnvironment): number | undefined {
  const positions = [...storage.table(tableName).iterate({})].map(({ value }) => decode(value))
  return positions.length === 0 ? undefined : positions.reduce((sum, position) => sum + position, 0)
}

function decode(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes).readBigInt64BE())
}
