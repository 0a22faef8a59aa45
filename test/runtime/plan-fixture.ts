import { storeKindOf } from '../../lib/state/store-kinds.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import { changelogTopicConfig, repartitionTopicConfig } from '../../lib/topology/internal-topic-config.ts'
import type { InternalTopic, SourceNode, StoreNode, Subtopology, TopologyPlan } from '../../lib/topology/topology-plan.ts'

export const dayMs = 86_400_000

/** A sub-topology from the little that assignment looks at. */
export function subtopology(id: number, given: Partial<Subtopology> & { readonly pattern?: RegExp }): Subtopology {
  const { pattern, ...rest } = given
  return {
    id,
    kind: 'regular',
    nodes: pattern === undefined ? [] : [patternSource(pattern)],
    stores: [],
    sourceTopics: [],
    sinkTopics: [],
    repartitionTopics: [],
    copartitionGroups: [],
    ...rest,
  }
}

export function plan(...subtopologies: readonly Subtopology[]): TopologyPlan {
  return { applicationId: 'app', subtopologies }
}

export function repartition(name: string, partitions?: number): InternalTopic {
  return { name, kind: 'repartition', partitions, config: repartitionTopicConfig(topicOptions({})) }
}

type TopicConfig = Readonly<Record<string, string>>

function topicOptions(topicConfig: TopicConfig) {
  return { compatibility: 'safe' as const, windowStoreChangelogAdditionalRetentionMs: dayMs, topicConfig }
}

/** `config` is the store's own, `topicConfig` the application's. */
export function store(
  name: string,
  given: Partial<StoreSpec> = {},
  config: TopicConfig = {},
  topicConfig: TopicConfig = {},
): StoreNode {
  const base = { name, key: undefined, value: undefined, medium: 'default', caching: 'enabled', changelog: { config } } as const
  const spec = { ...base, kind: 'key-value', values: 'timestamped', ...given } as StoreSpec
  const kind = storeKindOf(spec)
  const planned = changelogTopicConfig(spec, kind, topicOptions(topicConfig))
  const topic: InternalTopic = { name: `app-${name}-changelog`, kind: 'changelog', partitions: undefined, config: planned }
  return { spec, kind, processors: [], changelog: { kind: 'internal', topic } }
}

function patternSource(pattern: RegExp): SourceNode {
  const absent = { key: undefined, value: undefined, timestampExtractor: undefined, offsetReset: undefined }
  return { kind: 'source', name: 'KSTREAM-SOURCE-0000000000', topics: [], pattern, ...absent }
}
