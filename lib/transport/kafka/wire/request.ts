import type { RequestWriter } from './request-writer.ts'
import type { ResponseReader } from './response-reader.ts'

/**
 * A connection of its own for some requests. A broker takes the next request of a connection only after it has answered the one
 * before. So a request that waits at the broker would hold up all requests behind it.
 *
 * - `main`: requests that are answered at once.
 * - `group`: JoinGroup and SyncGroup, which wait for the other members.
 * - `commit`: OffsetCommit, which nothing may delay.
 * - `fetch`: long polls.
 */
export type Lane = 'main' | 'group' | 'commit' | 'fetch'

/** A request in one version of Kafka's protocol, with the function that reads its response. */
export interface KafkaRequest<T> {
  readonly apiName: string
  readonly apiKey: number
  readonly apiVersion: number
  /** Flexible versions (KIP-482) have flexible headers. Default `plain`. */
  readonly header?: 'flexible'
  readonly write: (writer: RequestWriter) => void
  readonly read: (reader: ResponseReader) => T
  /** How long the broker may wait before it answers, e.g. in a long poll or a rebalance. Default 0. */
  readonly brokerWaitMs?: number
  /** The connection that the request takes. Default `main`. */
  readonly lane?: Lane
  /** The estimated size of the body, for its first buffer. Default 256 bytes. */
  readonly bodyBytes?: number
}

export interface ByTopic<T> {
  readonly topic: string
  readonly partitions: readonly T[]
}

/** Groups items by topic, because requests name each topic once, followed by its partitions. */
export function byTopic<T extends { readonly topic: string }>(items: readonly T[]): readonly ByTopic<T>[] {
  const topics = Map.groupBy(items, ({ topic }) => topic)
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }))
}

export function writeTopics<T extends { readonly topic: string }>(
  writer: RequestWriter,
  items: readonly T[],
  write: (writer: RequestWriter, item: T) => void,
): void {
  writer.array(byTopic(items), (out, { topic, partitions }) => out.string(topic).array(partitions, write))
}

export function readTopics<T>(reader: ResponseReader, read: (reader: ResponseReader, topic: string) => T): T[] {
  return reader
    .array((topics) => {
      const topic = topics.string()
      return topics.array((partition) => read(partition, topic))
    })
    .flat()
}
