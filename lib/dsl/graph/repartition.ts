import type { AnySerde, StreamState } from './state.ts'
import type { StreamPartitioner } from '../../topology/topology-plan.ts'
import { operator } from '../../processor/processor-parameters.ts'
import { KStreamFilter } from '../../processor/stateless/kstream-filter.ts'
import { failOnInvalidTimestamp } from '../../processor/timestamp-extractors.ts'
import { checkName } from '../../topology/names.ts'
import { GraphNode, type StreamsGraph } from './graph.ts'

export interface RepartitionOptions {
  /** Of the DSL, for messages: what needs the repartition. */
  readonly method: string
  /** Of the topic and of the nodes, without suffix; or the name of a generated node. */
  readonly name: string
  readonly key: AnySerde | undefined
  readonly value: AnySerde | undefined
  readonly partitions?: number | undefined
  readonly partitioner?: StreamPartitioner<never, never> | undefined
  /** Default `by-optimization`; `never` for one that was asked for. */
  readonly merged?: 'by-optimization' | 'never'
}

/**
 * Filter, sink, topic and source (Java: `createRepartitionedSource`). Records without key are dropped silently, because no
 * partition is theirs. The node is not part of the graph yet; its name is that of the source.
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
        processor: operator(method, KStreamFilter, { predicate, keep: 'matching' }),
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

function isAny(): boolean {
  return true
}

function hasKey(_: unknown, key: unknown): boolean {
  return key !== null
}

/** The stream behind a repartition node. */
export function afterRepartition(
  stream: StreamState,
  node: GraphNode,
  { key, value }: Pick<RepartitionOptions, 'key' | 'value'>,
): StreamState {
  const sources = new Set([node.name])
  return { builder: stream.builder, name: node.name, node, key, value, sources, needsRepartition: false }
}
