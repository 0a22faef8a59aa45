import type { AnySerde, StreamState } from './state.ts'
import type { StreamPartitioner } from '../../topology/topology-plan.ts'
import type { Unread } from '../../model/unread.ts'
import { operator } from '../../processor/processor-parameters.ts'
import type { ReadsOf } from '../../processor/reads.ts'
import { KStreamFilter } from '../../processor/stateless/kstream-filter.ts'
import { failOnInvalidTimestamp } from '../../processor/timestamp-extractors.ts'
import { checkName } from '../../topology/names.ts'
import { GraphNode, type StreamsGraph } from './graph.ts'

export interface RepartitionOptions {
  /** The DSL method that needs the repartition, for messages. */
  readonly method: string
  /** Name of the topic and of its nodes, without suffix. If it is generated, the nodes get generated names, too. */
  readonly name: string
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly partitions?: number | undefined
  readonly partitioner?: StreamPartitioner<never, never> | undefined
  /**
   * Whether the optimization `merge.repartition.topics` may merge it with others. `never`: the user asked for it. Default
   * `by-optimization`.
   */
  readonly merged?: 'by-optimization' | 'never'
}

/**
 * The node of a repartition: filter, sink, topic and source (Java: `createRepartitionedSource`). The filter drops records without
 * key silently, because they belong to no partition. The node has the name of its source. The caller adds the node to the graph.
 */
export function repartitionNode(graph: StreamsGraph, options: RepartitionOptions): GraphNode {
  checkName(options.name)
  const topic = options.name.endsWith('-repartition') ? options.name : `${options.name}-repartition`
  const generated = {
    sink: graph.newProcessorName('KSTREAM-SINK-'),
    filter: graph.newProcessorName('KSTREAM-FILTER-'),
    source: graph.newProcessorName('KSTREAM-SOURCE-'),
  }
  const isGenerated = /^KSTREAM.*-[0-9]{10}$/.test(options.name)
  const names = isGenerated ? generated : { sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` }
  return new GraphNode({
    name: names.source,
    ...(options.merged === 'never'
      ? {}
      : { repartition: { method: options.method, topic, key: options.key, value: options.value } }),
    write: (topology, node) => {
      const { key, value, method } = options
      const predicate = node.keepsNullKeys() ? isAny : hasKey
      topology.addInternalTopic(topic, { partitions: options.partitions })
      topology.addProcessor({
        name: names.filter,
        processor: operator(method, KStreamFilter<Unread<unknown> | null, Unread<unknown>>, {
          predicate,
          keep: 'matching',
          reads: readsKey,
        }),
        parents: node.parentNames,
      })
      topology.addSink({ name: names.sink, method, topic, key, value, partitioner: options.partitioner, parents: [names.filter] })
      topology.addSource({
        name: names.source,
        method,
        topics: [topic],
        key,
        value,
        nullValues: 'kept',
        timestampExtractor: failOnInvalidTimestamp,
      })
    },
  })
}

const readsKey: ReadsOf<Unread<unknown>, Unread<unknown>> = Object.freeze({ key: 'presence', value: 'nothing', passes: 'both' })

function isAny(): boolean {
  return true
}

function hasKey(_: unknown, key: unknown): boolean {
  return key !== null
}

/** The stream that comes out of a repartition node. */
export function afterRepartition(
  stream: StreamState,
  node: GraphNode,
  { key, value }: Pick<RepartitionOptions, 'key' | 'value'>,
): StreamState {
  const sources = new Set([node.name])
  return { builder: stream.builder, name: node.name, node, key, value, sources, needsRepartition: false }
}
