import { StreamsError, TopologyError } from '../../model/errors.ts'
import type { InternalTopic, SourceNode, Subtopology, TopologyPlan } from '../../topology/topology-plan.ts'

/** Kafka's own topics: no pattern matches them (Java: `exclude.internal.topics`). */
const kafkaTopics: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state'])

/** A reader of topics: a sub-topology, or one of its sources. */
export type TopicReader = Pick<Subtopology, 'sourceTopics' | 'nodes'>

/** The existing topics that a sub-topology reads: those that it names, and those that its patterns match. Sorted, each once. */
export function inputTopics({ sourceTopics, nodes }: TopicReader, existing: Iterable<string>): readonly string[] {
  const patterns = nodes.filter((node) => node.kind === 'source').flatMap(wholeName)
  const isRead = (topic: string): boolean =>
    sourceTopics.includes(topic) || (!kafkaTopics.has(topic) && patterns.some((pattern) => pattern.test(topic)))
  return [...new Set(existing)].filter(isRead).sort()
}

/** A sub-topology has as many tasks as its widest input has partitions. */
export function taskCount(subtopology: Subtopology, counts: ReadonlyMap<string, number>): number {
  return Math.max(0, ...inputTopics(subtopology, counts.keys()).map((topic) => counts.get(topic)!))
}

/**
 * Computes the number of partitions of every topic of a topology (Java: `RepartitionTopics`, `CopartitionedTopicsEnforcer`,
 * `ChangelogTopics`). `existing` holds the topics of the cluster. Its numbers for internal topics are ignored, because those follow
 * from the other topics. Errors are those of `prepareInternalTopics`.
 */
export function resolvePartitionCounts(
  { subtopologies }: TopologyPlan,
  existing: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const repartitionTopics = new Map(
    subtopologies.flatMap((subtopology) => subtopology.repartitionTopics.map((topic) => [topic.name, topic])),
  )
  const counts = sourceCounts(subtopologies, repartitionTopics, existing)
  setRepartitionCounts(subtopologies, repartitionTopics, counts)
  for (const group of subtopologies.flatMap(({ copartitionGroups }) => copartitionGroups))
    copartition(group, repartitionTopics, counts)
  return new Map([...counts, ...subtopologies.flatMap((subtopology) => changelogCounts(subtopology, counts))])
}

type Counts = Map<string, number>
type RepartitionTopics = ReadonlyMap<string, InternalTopic>

function sourceCounts(
  subtopologies: readonly Subtopology[],
  repartitionTopics: RepartitionTopics,
  existing: ReadonlyMap<string, number>,
): Counts {
  const named = subtopologies.flatMap(({ sourceTopics }) => sourceTopics).filter((topic) => !repartitionTopics.has(topic))
  const missing = [...new Set(named)].filter((topic) => !existing.has(topic)).sort()
  if (missing.length > 0) throw missingTopics(missing)
  const matched = subtopologies.flatMap((subtopology) => inputTopics(subtopology, existing.keys()))
  return new Map(
    [...named, ...matched].filter((topic) => !repartitionTopics.has(topic)).map((topic) => [topic, existing.get(topic)!]),
  )
}

/**
 * A repartition topic without a number of its own has as many partitions as the widest input of the sub-topologies that write it.
 * These inputs may be repartition topics too, so the loop runs until nothing changes. It ends, because numbers only grow, at most
 * to that of the widest topic.
 */
function setRepartitionCounts(subtopologies: readonly Subtopology[], repartitionTopics: RepartitionTopics, counts: Counts): void {
  const implicit = [...repartitionTopics.values()].filter(({ partitions }) => partitions === undefined)
  for (const { name, partitions } of repartitionTopics.values()) if (partitions !== undefined) counts.set(name, partitions)
  for (let hasChanged = true; hasChanged;) {
    hasChanged = false
    for (const { name } of implicit) {
      const writers = subtopologies.filter(({ sinkTopics }) => sinkTopics.includes(name))
      const count = Math.max(0, ...writers.map((writer) => taskCount(writer, counts)))
      if (count <= (counts.get(name) ?? 0)) continue
      counts.set(name, count)
      hasChanged = true
    }
  }
  const unknown = implicit.map(({ name }) => name).filter((name) => !counts.has(name))
  if (unknown.length > 0) throw withoutInput(unknown)
}

/**
 * Gives the topics of a group one number of partitions. User topics and repartition topics with a number of their own decide it;
 * without any of these the widest topic does.
 */
function copartition(group: readonly string[], repartitionTopics: RepartitionTopics, counts: Counts): void {
  const isImplicit = (topic: string): boolean =>
    repartitionTopics.has(topic) && repartitionTopics.get(topic)!.partitions === undefined
  const fixed = group.filter((topic) => !isImplicit(topic))
  const leading = new Set((fixed.length > 0 ? fixed : group).map((topic) => counts.get(topic)!))
  if (fixed.length > 0 && leading.size > 1) throw notCopartitioned(group, counts)
  const count = Math.max(...leading)
  for (const topic of group.filter(isImplicit)) counts.set(topic, count)
}

function changelogCounts(subtopology: Subtopology, counts: Counts): readonly (readonly [string, number])[] {
  const tasks = taskCount(subtopology, counts)
  const topics = subtopology.stores.flatMap(({ changelog }) => (changelog?.kind === 'internal' ? [changelog.topic] : []))
  return tasks === 0 ? [] : topics.map(({ name, partitions }) => [name, partitions ?? tasks])
}

/**
 * The pattern of a source, so that it matches whole names. It loses the flags `g` and `y`, with which a pattern has state between
 * two calls.
 */
function wholeName({ pattern }: SourceNode): readonly RegExp[] {
  return pattern === undefined ? [] : [new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gy]/g, ''))]
}

function missingTopics(topics: readonly string[]): StreamsError {
  const message = `Source topics are missing on the cluster: ${topics.join(', ')}. Create them, or correct their names.`
  return new StreamsError('STREAMS_MISSING_SOURCE_TOPIC', message, { facts: { topics } })
}

function withoutInput(topics: readonly string[]): StreamsError {
  const message =
    `No topic exists yet that leads to ${topics.join(', ')}, so it is unknown how many partitions to create: ` +
    'create a topic that the pattern of its source matches, or give the repartition a number of partitions.'
  return new StreamsError('STREAMS_MISSING_SOURCE_TOPIC', message, { facts: { topics } })
}

function notCopartitioned(group: readonly string[], counts: Counts): TopologyError {
  const partitions = Object.fromEntries(group.toSorted().map((topic) => [topic, counts.get(topic)!]))
  const list = Object.entries(partitions).map(([topic, count]) => `${topic} has ${count}`)
  const message =
    `Topics that are joined need equally many partitions: ${list.join(', ')}. Repartition one side (\`repartition()\`), ` +
    'or give the topics the same number.'
  return new TopologyError('STREAMS_NOT_COPARTITIONED', message, { facts: { partitions } })
}
