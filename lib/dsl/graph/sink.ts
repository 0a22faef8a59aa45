import type { SinkTopic } from '../../topology/topic-ref.ts'
import type { TopicNameExtractor } from '../../topology/topology-plan.ts'
import { GraphNode, type WriteNode } from './graph.ts'
import { erased, type StreamState } from '../handles.ts'
import type { DynamicTopic, Produced, TopicChoice } from '../options.ts'

/** What the topic has no serde for takes the stream's, or the default. */
export function addSink<K, V>(
  stream: StreamState,
  topic: SinkTopic<never, never> | DynamicTopic<K, V>,
  { name: given, partitioner }: Produced<K, V>,
): void {
  const name = stream.builder.graph.nameOr(given === undefined ? undefined : { name: given }, 'KSTREAM-SINK-')
  const sink = {
    name,
    topic: 'topicName' in topic ? topicExtractor(topic.topicName) : topic.name,
    key: erased(topic.key) ?? stream.key,
    value: erased(topic.value) ?? stream.value,
    partitioner,
  }
  const write: WriteNode = (topology, { parentNames }) => topology.addSink({ ...sink, parents: parentNames })
  stream.builder.graph.add([stream.node], new GraphNode({ name, write }))
}

/** The user's lambda, in the topology's order of arguments and under its own name, which `describe()` shows. */
function topicExtractor<K, V>(choose: TopicChoice<K, V>): TopicNameExtractor<K, V> {
  const extractor: TopicNameExtractor<K, V> = (key, value, context) => choose(value, key, context)
  return Object.defineProperty(extractor, 'name', { value: choose.name })
}
