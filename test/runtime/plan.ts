import { keyValueKind } from '../../lib/state/key-value/key-value-kind.ts'
import type {
  ProcessorNode,
  SinkNode,
  SourceNode,
  StoreNode,
  Subtopology,
  TopologyPlan,
} from '../../lib/topology/topology-plan.ts'
import { supplied } from '../../lib/processor/processor-parameters.ts'
import type { Processor } from '../../lib/processor/processor.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

type AnySerde = Serde<unknown>

/** Nodes written by hand, for tests of the engine that need no DSL. */
export function source(name: string, topics: readonly string[], serdes: { key?: unknown; value?: unknown } = {}): SourceNode {
  const [key, value] = [serdes.key ?? Serdes.string, serdes.value ?? Serdes.string] as [AnySerde, AnySerde]
  return { kind: 'source', name, topics, pattern: undefined, key, value, timestampExtractor: undefined, offsetReset: undefined }
}

export function processor(
  name: string,
  parents: readonly string[],
  supplier: () => Processor<never, never, unknown, unknown>,
  stores: readonly string[] = [],
): ProcessorNode {
  return { kind: 'processor', name, parents, stores, processor: supplied('process', supplier) }
}

export function sink(
  name: string,
  parents: readonly string[],
  topic: SinkNode['topic'],
  options: Partial<SinkNode> = {},
): SinkNode {
  const serde = Serdes.string as unknown as AnySerde
  return { kind: 'sink', name, topic, key: serde, value: serde, partitioner: undefined, parents, ...options }
}

export function subtopology(id: number, nodes: Subtopology['nodes'], options: Partial<Subtopology> = {}): Subtopology {
  return {
    id,
    kind: 'regular',
    nodes,
    stores: [],
    sourceTopics: nodes.flatMap((node) => (node.kind === 'source' ? node.topics : [])),
    sinkTopics: nodes.flatMap((node) => (node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [])),
    repartitionTopics: [],
    copartitionGroups: [],
    ...options,
  }
}

export function plan(...subtopologies: readonly Subtopology[]): { plan(applicationId: string): TopologyPlan } {
  return { plan: (applicationId) => ({ applicationId, subtopologies }) }
}

/** A key-value store with a changelog. */
export function keyValueStore(name: string, processors: readonly string[]): StoreNode {
  const topic = {
    name: `test-${name}-changelog`,
    kind: 'changelog',
    partitions: undefined,
    config: { 'cleanup.policy': 'compact' },
  } as const
  return {
    spec: {
      kind: 'key-value',
      values: 'plain',
      name,
      key: Serdes.string as unknown as AnySerde,
      value: Serdes.string as unknown as AnySerde,
      medium: 'default',
      caching: 'disabled',
      changelog: { config: {} },
    },
    kind: keyValueKind,
    processors,
    changelog: { kind: 'internal', topic },
  }
}
