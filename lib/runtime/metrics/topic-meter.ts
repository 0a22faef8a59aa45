import { assert } from '../../model/assert.ts'
import type { Counter, Metrics, MetricTags } from '../../metrics/metrics.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import { inputTopics } from '../topics/partition-counts.ts'

/** What a task has read of a topic (KIP-846). */
export class TopicMeter {
  readonly #records: Counter
  readonly #bytes: Counter

  constructor(metrics: Metrics, tags: MetricTags) {
    this.#records = metrics.counter('records-consumed', 'stream-topic-metrics', tags)
    this.#bytes = metrics.counter('bytes-consumed', 'stream-topic-metrics', tags)
  }

  consumed(records: number, bytes: number): void {
    this.#records.add(records)
    this.#bytes.add(bytes)
  }
}

/** The source node by which the records of a topic come. */
export function sourceOf({ subtopology }: Pick<ManagedTask, 'subtopology'>, topic: string): string {
  for (const node of subtopology.nodes)
    if (node.kind === 'source' && inputTopics({ sourceTopics: node.topics, nodes: [node] }, [topic]).length > 0) return node.name
  assert(false, `A task only gets records of topics that it reads, and ${topic} is none.`)
}
