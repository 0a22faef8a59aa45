import type { Clock } from '../../clock/clock.ts'
import { countBounds, latencyBoundsMs } from '../../metrics/bounds.ts'
import { statesOf } from '../../metrics/metric-definitions.ts'
import type { Counter, Histogram, Metrics, MetricTags } from '../../metrics/metrics.ts'
import { taskIdString, type TaskId } from '../../model/task-id.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { ThreadState } from '../loop/state-publisher.ts'
import type { ManagedTask } from '../task/managed-task.ts'
import { TaskMeter } from './task-meter.ts'
import { TopicMeter, sourceOf } from './topic-meter.ts'

export interface ThreadMeterOptions {
  readonly metrics: Metrics
  readonly clock: Clock
  readonly threadId: string
  /** Bytes of the record caches. */
  readonly cache: { readonly bytes: number }
}

/** What the meter reads whenever somebody asks for a metric. */
export interface MeteredThread {
  readonly tasks: { readonly all: readonly Pick<ManagedTask, 'state'>[] }
  /** Records that are still to be restored. */
  remaining(task: TaskId): number
}

const group = 'stream-thread-metrics'

/**
 * Fills Kafka's metrics of a thread and its tasks. Parts of the thread tell it what they did once a slice, a turn, a fetch or a commit;
 * what can be read at any time is read when it is asked for.
 */
export class ThreadMeter {
  readonly #options: ThreadMeterOptions
  readonly #tags: MetricTags
  readonly #tasks = new Map<string, TaskMeter>()
  readonly #topics = new WeakMap<ManagedTask, Map<string, TopicMeter>>()
  readonly #processed: Counter
  readonly #processLatency: Histogram
  readonly #processRecords: Histogram
  readonly #punctuated: Counter
  readonly #punctuateLatency: Histogram
  readonly #commitLatency: Histogram
  readonly #pollLatency: Histogram
  readonly #pollRecords: Histogram
  readonly #created: Counter
  readonly #closed: Counter
  readonly #restored: Counter
  readonly #rebalances: Counter
  readonly #lost: Counter
  readonly #rebalanceLatency: Histogram
  #rebalancingSinceMs: number
  #state: ThreadState = 'rebalancing'
  #thread: MeteredThread | null = null

  constructor(options: ThreadMeterOptions) {
    const { metrics, clock, threadId } = options
    const tags = { 'thread-id': threadId }
    const counter = (name: string, of = group): Counter => metrics.counter(name, of, tags)
    const times = (name: string, of = group): Histogram => metrics.histogram(name, of, tags, latencyBoundsMs)
    this.#options = options
    this.#tags = tags
    this.#processed = counter('process')
    this.#processLatency = times('process-latency')
    this.#processRecords = metrics.histogram('process-records', group, tags, countBounds)
    this.#punctuated = counter('punctuate')
    this.#punctuateLatency = times('punctuate-latency')
    this.#commitLatency = times('commit-latency')
    this.#pollLatency = times('poll-latency')
    this.#pollRecords = metrics.histogram('poll-records', group, tags, countBounds)
    this.#created = counter('task-created')
    this.#closed = counter('task-closed')
    this.#restored = counter('restore-records', 'stream-state-updater-metrics')
    this.#rebalances = counter('rebalance', 'consumer-coordinator-metrics')
    this.#lost = counter('failed-rebalance', 'consumer-coordinator-metrics')
    this.#rebalanceLatency = times('rebalance-latency', 'consumer-coordinator-metrics')
    this.#rebalancingSinceMs = clock.monotonic()
    this.#addGauges(clock.now())
  }

  /** Called once the thread has all its parts. */
  watch(thread: MeteredThread): void {
    this.#thread = thread
  }

  becomes(state: ThreadState): void {
    this.#state = state
  }

  /** A slice of processing has ended. */
  processed(records: number, ms: number): void {
    this.#processed.add(records)
    this.#processLatency.record(ms)
    this.#processRecords.record(records)
  }

  punctuated(task: TaskId, ms: number): void {
    this.#punctuated.add(1)
    this.#punctuateLatency.record(ms)
    this.task(task).punctuated(1)
  }

  /** So many punctuations of a task were due by stream time. */
  punctuatedByStreamTime(task: TaskId, times: number): void {
    this.#punctuated.add(times)
    this.task(task).punctuated(times)
  }

  committed(ms: number): void {
    this.#commitLatency.record(ms)
  }

  /** A fetch was answered. */
  polled(ms: number): void {
    this.#pollLatency.record(ms)
  }

  /** The answers of a fetch were handed to their tasks. */
  handedOver(records: number): void {
    this.#pollRecords.record(records)
  }

  consumed(managed: ManagedTask, { topic }: TopicPartition, records: number, bytes: number): void {
    const ofTask = this.#topics.get(managed) ?? new Map<string, TopicMeter>()
    this.#topics.set(managed, ofTask)
    let meter = ofTask.get(topic)
    if (meter === undefined) {
      const node = sourceOf(managed, topic)
      meter = new TopicMeter(this.#options.metrics, {
        ...this.#tagsOf(managed.id),
        'processor-node-id': node,
        'topic-name': topic,
      })
      ofTask.set(topic, meter)
    }
    meter.consumed(records, bytes)
  }

  restored(task: TaskId, records: number): void {
    this.#restored.add(records)
    this.task(task).restored(records)
  }

  rebalanceBegins(): void {
    this.#rebalancingSinceMs = this.#options.clock.monotonic()
  }

  assigned(): void {
    this.#rebalances.add()
    this.#rebalanceLatency.record(this.#options.clock.monotonic() - this.#rebalancingSinceMs)
  }

  lost(): void {
    this.#lost.add()
  }

  /** The thread has the task, anew where it was rolled back. */
  owned(managed: ManagedTask): void {
    const { metrics } = this.#options
    const { id, task, partitions } = managed
    const tags = this.#tagsOf(id)
    if (!this.#tasks.has(taskIdString(id))) this.#created.add()
    this.task(id)
    metrics.gauge('state', 'stream-task-metrics', tags, () => managed.state)
    metrics.gauge('restore-remaining-records-total', 'stream-task-metrics', tags, () => this.#thread?.remaining(id) ?? 0)
    metrics.gauge('store-size-bytes', 'stream-task-metrics', tags, () => task.storeBytes)
    const buffered = (): number => partitions.reduce((sum, partition) => sum + task.bufferedRecords(partition), 0)
    metrics.gauge('active-buffer-count', 'stream-task-metrics', tags, buffered)
    for (const partition of partitions) {
      const ofPartition = { ...tags, topic: partition.topic, partition: String(partition.partition) }
      metrics.gauge('records-lag', 'consumer-fetch-manager-metrics', ofPartition, () => task.backlog(partition) ?? NaN)
    }
  }

  closed(task: TaskId): void {
    this.#closed.add()
    this.#tasks.delete(taskIdString(task))
    this.#options.metrics.remove(this.#tagsOf(task))
  }

  /** The meter of a task of the thread. */
  task(id: TaskId): TaskMeter {
    const key = taskIdString(id)
    const meter = this.#tasks.get(key) ?? new TaskMeter(this.#options.metrics, this.#tagsOf(id))
    this.#tasks.set(key, meter)
    return meter
  }

  #tagsOf(id: TaskId): MetricTags {
    return { ...this.#tags, 'task-id': taskIdString(id) }
  }

  #addGauges(startedAt: number): void {
    const { metrics, cache } = this.#options
    const gauge = (name: string, read: () => number | string, of = group): void => metrics.gauge(name, of, this.#tags, read)
    gauge('state', () => this.#state)
    gauge('thread-state', () => statesOf[group]!.indexOf(this.#state))
    gauge('thread-start-time', () => startedAt)
    gauge('cache-size-bytes', () => cache.bytes)
    const restoring = (): number => this.#thread?.tasks.all.filter(({ state }) => state === 'restoring').length ?? 0
    gauge('active-restoring-tasks-count', restoring, 'stream-state-updater-metrics')
  }
}
