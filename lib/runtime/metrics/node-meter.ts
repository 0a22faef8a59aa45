import { latencyBoundsMs } from '../../metrics/bounds.ts'
import type { Counter, Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { RuntimeNode } from '../task/processor-context.ts'

/** Takes how far records of a task are behind its stream time. Null where nothing is timed. */
export function latenessOf(metrics: Metrics, tags: MetricTags): Histogram | null {
  return metrics.level === 'off' ? null : metrics.histogram('record-lateness', 'stream-task-metrics', tags, latencyBoundsMs)
}

/** A node that counts what it gets. */
export class CountedNode implements RuntimeNode {
  readonly name: string
  readonly #node: RuntimeNode
  readonly #processed: Counter

  constructor(node: RuntimeNode, processed: Counter) {
    this.name = node.name
    this.#node = node
    this.#processed = processed
  }

  process(record: StreamRecord<unknown, unknown>): void {
    this.#processed.add(1)
    this.#node.process(record)
  }
}
