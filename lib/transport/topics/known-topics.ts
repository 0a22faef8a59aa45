import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Admin } from '../admin.ts'

/** What the cluster says of a topic. */
export interface KnownTopic {
  /** A topic that is deleted and created again has another id. Null if the broker gives topics no ids. */
  readonly id: string | null
  /** Number of partitions. */
  readonly partitions: number
}

/** Topics of the cluster by their names, as they were at one moment. A topic without an entry did not exist. */
export type KnownTopics = ReadonlyMap<string, KnownTopic>

/** By name, the ids of the topics of these partitions, as far as the broker gives topics ids. */
export function idsOf(partitions: readonly TopicPartition[], topics: KnownTopics): ReadonlyMap<string, string> {
  return new Map(
    partitions.flatMap(({ topic }) => {
      const id = topics.get(topic)?.id
      return id == null ? [] : [[topic, id] as const]
    }),
  )
}

/** Whether one of these ids, by topic name, is not that of the topic of now: the topic was deleted and created again. */
export function isAnother(ids: ReadonlyMap<string, string>, topics: KnownTopics): boolean {
  return [...ids].some(([topic, id]) => (topics.get(topic)?.id ?? id) !== id)
}

/** All partitions of these topics. */
export function partitionsOf(topics: KnownTopics): readonly TopicPartition[] {
  return [...topics].flatMap(([topic, { partitions }]) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic, partition })),
  )
}

/** Looks up these topics, each once; without names, all topics of the cluster. */
export async function lookUpNamed(names: readonly string[] | undefined, admin: Pick<Admin, 'metadata'>): Promise<KnownTopics> {
  const topics = await admin.metadata(names && [...new Set(names)])
  return new Map(topics.map(({ name, id, partitions }) => [name, { id, partitions: partitions.length }]))
}
