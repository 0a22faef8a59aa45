import type { MetricDefinition } from '../metric-definitions.ts'
import type { MetricTags } from '../metrics.ts'

/** As exporters of Kafka Streams name its groups, so that their dashboards find what they look for. */
const prefixes: Readonly<Record<string, string>> = {
  'stream-metrics': 'kafka_stream_client',
  'stream-thread-metrics': 'kafka_stream_thread',
  'stream-state-updater-metrics': 'kafka_stream_state_updater',
  'stream-task-metrics': 'kafka_stream_task',
  'stream-processor-node-metrics': 'kafka_stream_processor_node',
  'stream-topic-metrics': 'kafka_stream_topic',
  'stream-state-metrics': 'kafka_stream_state',
  'consumer-fetch-manager-metrics': 'kafka_consumer_fetch_manager',
  'consumer-coordinator-metrics': 'kafka_consumer_coordinator',
  'client-metrics': 'kafka_client',
}

/** The name under which a metric is published; undefined for a text that is no state: a label has it already. */
export function prometheusName({ group, name, kind, texts, isText }: MetricDefinition): string | undefined {
  if (isText === true && texts === undefined) return undefined
  return `${prefixes[group]!}_${snake(name)}${kind === 'counter' ? '_total' : ''}`
}

const stateTag = /^(.*)-state-id$/

/** A store's tag has the kind of its store in its name: here that is a label of its own. */
export function labelsOf(tags: MetricTags): Record<string, string> {
  const labels: Record<string, string> = {}
  for (const [tag, value] of Object.entries(tags)) {
    const scope = stateTag.exec(tag)?.[1]
    if (scope !== undefined) Object.assign(labels, { scope, state_id: value })
    else labels[tag === 'topic-name' ? 'topic' : snake(tag)] = value
  }
  return labels
}

function snake(name: string): string {
  return name.replaceAll('-', '_')
}
