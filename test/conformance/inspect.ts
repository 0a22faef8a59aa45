import type { PlanOptions, Topology } from 'millrace'
import type { TopologyTestDriver } from 'millrace/testing'
import type { Json, JsonObject } from './scenario/scenario.ts'

// What can be known of a topology besides its records.

interface InternalTopicJson {
  readonly kind: string
  readonly partitions?: number
  readonly config?: JsonObject
}

/**
 * `want: ["topics"]`: internal topics, sources and sinks of sub-topologies, copartitioning. Java shows no global sub-topologies, and decides
 * on changelogs only when it makes tasks: a scenario that is `built` and not run has none but source topics.
 */
export function topics(
  topology: Topology,
  how: 'built' | 'run',
  options: PlanOptions,
): { internalTopics: JsonObject; subtopologies: Json; copartition: Json } {
  const subtopologies = topology.plan('app', options).subtopologies.filter(({ kind }) => kind === 'regular')
  const internal = new Map<string, InternalTopicJson>()
  for (const { repartitionTopics, stores } of subtopologies) {
    for (const topic of repartitionTopics) internal.set(topic.name, topicJson(topic))
    for (const { changelog } of stores) {
      if (changelog?.kind === 'internal' && how === 'run') internal.set(changelog.topic.name, topicJson(changelog.topic))
      if (changelog?.kind === 'source') internal.set(changelog.topic, { kind: 'changelog', config: changelog.config })
    }
  }
  const groups = subtopologies.flatMap(({ copartitionGroups }) => copartitionGroups.map((group) => group.toSorted()))
  return {
    internalTopics: Object.fromEntries(internal) as unknown as JsonObject,
    subtopologies: subtopologies.map(({ sourceTopics, sinkTopics }) => ({
      sources: sourceTopics.toSorted(),
      sinks: sinkTopics.toSorted(),
    })),
    copartition: groups.toSorted((left, right) => (left.join() < right.join() ? -1 : 1)),
  }
}

type InternalTopic = ReturnType<Topology['plan']>['subtopologies'][number]['repartitionTopics'][number]

function topicJson({ kind, partitions, config }: InternalTopic): InternalTopicJson {
  return { kind, ...(partitions === undefined ? {} : { partitions }), config }
}

/** Sum of `dropped-records-total` over the tasks; global tasks have no such metric in Java. */
export function dropped(driver: TopologyTestDriver): number {
  const counters = driver.metrics().filter(({ name, group }) => name === 'dropped-records' && group === 'stream-task-metrics')
  return counters.reduce((sum, counter) => sum + Number(counter.value()), 0)
}
