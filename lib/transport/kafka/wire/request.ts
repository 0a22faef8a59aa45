import type { RequestWriter } from './request-writer.ts'
import type { ResponseReader } from './response-reader.ts'

/** One request in one version of Kafka's protocol, with the way to read its response. */
export interface KafkaRequest<T> {
  readonly apiName: string
  readonly apiKey: number
  readonly apiVersion: number
  /** Flexible versions (KIP-482) have flexible headers. Default `plain`. */
  readonly header?: 'flexible'
  readonly write: (writer: RequestWriter) => void
  readonly read: (reader: ResponseReader) => T
  /** How long the request lets the broker wait before it answers, as in a long poll or a rebalance. */
  readonly brokerWaitMs?: number
  /** About how many bytes the body will have. Default: few. */
  readonly bodyBytes?: number
}

export interface ByTopic<T> {
  readonly topic: string
  readonly partitions: readonly T[]
}

/** Requests name each topic once, with its partitions below. */
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
