import type { TopicPartition } from '../../model/topic-partition.ts'
import type { Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'
import type { Admin } from '../../transport/admin.ts'
import { inputTopics } from './partition-counts.ts'

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

/** Looks up the topics that the plan names; all topics of the cluster if a source has a pattern. */
export async function lookUpTopics({ subtopologies }: TopologyPlan, admin: Pick<Admin, 'metadata'>): Promise<KnownTopics> {
  const hasPattern = subtopologies.some(({ nodes }) => nodes.some((node) => node.kind === 'source' && node.pattern !== undefined))
  const sources = subtopologies.flatMap(({ sourceTopics }) => sourceTopics)
  return lookUpNamed(hasPattern ? undefined : [...sources, ...internalTopicNames(subtopologies)], admin)
}

/** Looks up these topics, each once; without names, all topics of the cluster. */
export async function lookUpNamed(names: readonly string[] | undefined, admin: Pick<Admin, 'metadata'>): Promise<KnownTopics> {
  const topics = await admin.metadata(names && [...new Set(names)])
  return new Map(topics.map(({ name, id, partitions }) => [name, { id, partitions: partitions.length }]))
}

/** The topics that the application itself creates: for repartitions and changelogs. */
export function internalTopicNames(subtopologies: readonly Subtopology[]): readonly string[] {
  return subtopologies.flatMap(({ repartitionTopics, stores }) => [
    ...repartitionTopics.map(({ name }) => name),
    ...stores.flatMap(({ changelog }) => (changelog?.kind === 'internal' ? [changelog.topic.name] : [])),
  ])
}

/** Of these topics, those that tasks read or the application has created. Topics of global stores are not among them. */
export function topicsOfTasks({ subtopologies }: TopologyPlan, topics: KnownTopics): KnownTopics {
  const regular = subtopologies.filter(({ kind }) => kind === 'regular')
  const read = regular.flatMap((each) => inputTopics(each, topics.keys()))
  const names = new Set([...read, ...internalTopicNames(regular)])
  return new Map([...topics].filter(([name]) => names.has(name)))
}
