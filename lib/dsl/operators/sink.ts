import { checkOptions } from '../../model/check-options.ts'
import type { DynamicTopic, SinkTopic } from '../../topology/topic-ref.ts'
import { GraphNode, type WriteNode } from '../graph/graph.ts'
import { erased, type StreamState } from '../graph/state.ts'
import * as optionNames from '../option-names.ts'
import { notATopic } from '../graph/subscription.ts'
import type { Produced } from '../options.ts'

/** Adds a sink. Its serdes are the topic's, else the stream's, else the application's defaults. */
export function addSink<K, V>(
  stream: StreamState,
  topic: SinkTopic<never, never> | DynamicTopic<K, V>,
  produced: Produced<K, V>,
): void {
  if (typeof topic === 'string') throw notATopic('to()', topic)
  checkOptions('to()', produced, optionNames.produced)
  const { name: given, partitioner } = produced
  const name = stream.builder.graph.nameOr({ name: given }, 'KSTREAM-SINK-')
  const sink = {
    name,
    method: 'to',
    topic: 'topicName' in topic ? topic.topicName : topic.name,
    key: erased(topic.key) ?? stream.key,
    value: erased(topic.value) ?? stream.value,
    partitioner,
  }
  const write: WriteNode = (topology, { parentNames }) => topology.addSink({ ...sink, parents: parentNames })
  stream.builder.graph.add([stream.node], new GraphNode({ name, write }))
}
