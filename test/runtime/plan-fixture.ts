import type { StoreSpec } from '../../lib/state/store-spec.ts'
import type { InternalTopic, SourceNode, StoreNode, Subtopology, TopologyPlan } from '../../lib/topology/topology-plan.ts'

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
  return { name, kind: 'repartition', partitions, config: {} }
}

export function store(name: string, spec: Partial<StoreSpec> = {}, config: Readonly<Record<string, string>> = {}): StoreNode {
  const base = { name, key: undefined, value: undefined, medium: 'default', caching: 'enabled', changelog: { config } } as const
  const topic: InternalTopic = { name: `app-${name}-changelog`, kind: 'changelog', partitions: undefined, config }
  const full = { ...base, kind: 'key-value', values: 'timestamped', ...spec } as StoreSpec
  return { spec: full, processors: [], changelog: { kind: 'internal', topic } }
}

function patternSource(pattern: RegExp): SourceNode {
  const absent = { key: undefined, value: undefined, timestampExtractor: undefined, offsetReset: undefined }
  return { kind: 'source', name: 'KSTREAM-SOURCE-0000000000', topics: [], pattern, ...absent }
}
