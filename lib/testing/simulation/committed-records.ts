import type { TopicPartition } from '../../model/topic-partition.ts'
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import type { ReadableRange } from '../../transport/readable-ranges.ts'
import { readableRanges } from '../../transport/readable-ranges.ts'

/** A record of a log, by its batch and its index there. */
export interface CommittedRecord extends Pick<ReadableRange, 'batch'> {
  readonly index: number
  readonly offset: number
  readonly nextOffset: number
}

/** The records of a partition that readers of committed records get. */
export function committedRecords(broker: EmbeddedBroker, partition: TopicPartition): readonly CommittedRecord[] {
  const log = broker.topics.partition(partition)
  const read = log.read(log.startOffset, Infinity, 'read_committed')
  return readableRanges({ ...partition, error: null, ...read }, log.startOffset).flatMap(({ batch, from, end }) =>
    Array.from({ length: end - from }, (_, number) => {
      const offset = batch.offset(from + number)
      return { batch, index: from + number, offset, nextOffset: offset + 1 }
    }),
  )
}
