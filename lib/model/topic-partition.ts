/** A partition of a topic. */
export interface TopicPartition {
  /** Name of the topic. */
  readonly topic: string
  /** Number of the partition. */
  readonly partition: number
}

/**
 * Returns `topic-partition`, as Kafka prints it. No two partitions share a key, because the number after the last dash is the
 * partition.
 */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}

export function comparePartitions(left: TopicPartition, right: TopicPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1
  return left.partition - right.partition
}
