import type { Metric } from './metrics.ts'

/** What is known of a metric before there is one: what Kafka calls it, what it means, and when it is recorded. */
export interface MetricDefinition {
  readonly group: string
  /** Kafka's name without `-total`, `-rate`, `-avg` and `-max`. */
  readonly name: string
  readonly kind: Metric['kind']
  /** `debug`: only with `metricsRecordingLevel: 'debug'`. */
  readonly level: 'info' | 'debug'
  readonly tags: readonly string[]
  /** What it tells, with its unit. */
  readonly help: string
  /** Whether the gauge is a text. */
  readonly isText?: boolean
  /** The texts that it may be, where they are a few. */
  readonly texts?: readonly string[]
}

/** The states that a text may be, in the order of their numbers. */
export const statesOf: Readonly<Record<string, readonly string[]>> = {
  'stream-metrics': ['created', 'rebalancing', 'running', 'pending-shutdown', 'not-running', 'pending-error', 'error'],
  'stream-thread-metrics': ['rebalancing', 'running'],
  'stream-task-metrics': ['created', 'restoring', 'running', 'closed'],
}

/** Texts that are no states. */
const otherTexts: ReadonlySet<string> = new Set(['application-id', 'topology-description'])

const thread = ['thread-id']
const task = [...thread, 'task-id']
const node = [...task, 'processor-node-id']
const topic = [...node, 'topic-name']
const store = [...task, '<scope>-state-id']

type Row = readonly [name: string, kind: Metric['kind'], level: 'info' | 'debug', help: string, tags?: readonly string[]]

const infoOf = ['client-id', 'process-id', 'application-id']

const client: readonly Row[] = [
  ['state', 'gauge', 'info', 'The state of the application.'],
  ['client-state', 'gauge', 'info', 'The state as a number, in the order of the states of `state` (KIP-1091).'],
  ['application-id', 'gauge', 'info', 'The application id.'],
  ['topology-description', 'gauge', 'info', 'What `describe()` says.'],
  ['alive-stream-threads', 'gauge', 'info', 'How many threads run.'],
  ['failed-stream-threads', 'gauge', 'info', 'How many threads have failed since the start, replaced ones included.'],
]

const threads: readonly Row[] = [
  ['state', 'gauge', 'info', 'The state of the thread.'],
  ['thread-state', 'gauge', 'info', 'The state as a number, in the order of the states of `state` (KIP-1091).'],
  ['thread-start-time', 'gauge', 'info', 'When the thread began, in ms since the epoch.'],
  ['process', 'counter', 'info', 'Records that were processed.'],
  [
    'process-latency',
    'histogram',
    'info',
    'Time of a slice of processing, in ms: all tasks of the thread have their turns in it.',
  ],
  ['process-records', 'histogram', 'info', 'Records that were processed in a slice.'],
  [
    'punctuate',
    'counter',
    'info',
    'Calls of punctuators that were due, by stream time and by the wall clock, counted once a task.',
  ],
  ['punctuate-latency', 'histogram', 'info', 'Time of the wall-clock punctuations of a task that were due together, in ms.'],
  ['commit-latency', 'histogram', 'info', 'Time of a commit, in ms: flushed caches, acknowledged output, committed offsets.'],
  [
    'poll-latency',
    'histogram',
    'info',
    'Time from a fetch to its answer, in ms, up to `fetchMaxWaitMs` where there is nothing to read.',
  ],
  ['poll-records', 'histogram', 'info', 'Records in the answers to a fetch.'],
  ['task-created', 'counter', 'info', 'Tasks that were made.'],
  ['task-closed', 'counter', 'info', 'Tasks that were closed.'],
  ['dropped-records', 'counter', 'info', 'Records that a broker refused, and that the production handler gave up.'],
  ['cache-size-bytes', 'gauge', 'info', 'Bytes in the record caches of all tasks of the thread.'],
]

const updater: readonly Row[] = [
  ['active-restoring-tasks-count', 'gauge', 'info', 'Tasks whose stores are being restored.'],
  ['restore-records', 'counter', 'info', 'Records that were restored.'],
]

const tasks: readonly Row[] = [
  ['state', 'gauge', 'info', 'How far the task is.'],
  ['process', 'counter', 'info', 'Records that were processed.'],
  ['process-latency', 'histogram', 'info', 'Time of a turn of the task, in ms: up to 100 records.'],
  ['punctuate', 'counter', 'info', 'Punctuations that were due.'],
  ['dropped-records', 'counter', 'info', 'Records that were skipped: late, without a key, unreadable, or refused by a handler.'],
  ['active-buffer-count', 'gauge', 'info', 'Records that are fetched and wait to be processed.'],
  ['record-lateness', 'histogram', 'info', 'Stream time less the timestamp of a record, in ms, of a sample of the records.'],
  [
    'store-size-bytes',
    'gauge',
    'info',
    'About how many bytes of rows the stores of the task hold in memory; `cache-size-bytes` has record caches.',
  ],
  ['restore', 'counter', 'info', 'Records that were restored.'],
  ['restore-remaining-records-total', 'gauge', 'info', 'Records of changelogs that are still to be restored.'],
]

const nodes: readonly Row[] = [
  ['process', 'counter', 'debug', 'Records that the node has processed.'],
  [
    'record-e2e-latency',
    'histogram',
    'info',
    'Wall-clock time less the timestamp of a record, in ms, at sources and at nodes without children, of a sample of the records.',
  ],
  ['suppression-emit', 'counter', 'info', 'Results that suppress has let go.'],
  ['window-aggregate-final-emit', 'counter', 'info', 'Windows that were emitted on close.'],
  ['window-aggregate-final-emit-latency', 'histogram', 'info', 'Time to emit the windows that closed together, in ms.'],
]

const topics: readonly Row[] = [
  ['records-consumed', 'counter', 'info', 'Records that were fetched (KIP-846).'],
  ['bytes-consumed', 'counter', 'info', 'Bytes of the fetched batches, as the broker keeps them (KIP-846).'],
  ['records-produced', 'counter', 'info', 'Records that were written (KIP-846).'],
  ['bytes-produced', 'counter', 'info', 'Bytes of their keys and values (KIP-846).'],
]

/** The calls of stores that are timed. */
export const storeCalls = [
  ['put', 'put'],
  ['putIfAbsent', 'put-if-absent'],
  ['putAll', 'put-all'],
  ['delete', 'delete'],
  ['remove', 'remove'],
  ['get', 'get'],
  ['fetch', 'fetch'],
  ['all', 'all'],
  ['range', 'range'],
  ['prefixScan', 'prefix-scan'],
  ['flush', 'flush'],
  ['restore', 'restore'],
] as const

const stores: readonly Row[] = [
  ...storeCalls.map(([, name]): Row => [
    `${name}-latency`,
    'histogram',
    'debug',
    `Time of \`${name}\`, in ms; of an iterator, until it is returned.`,
  ]),
  ['suppression-buffer-count', 'gauge', 'info', 'Results that suppress holds back.'],
  ['suppression-buffer-size', 'gauge', 'info', 'Their bytes.'],
]

const fetches: readonly Row[] = [
  [
    'records-lag',
    'gauge',
    'info',
    'Records of the partition that are not processed yet, on the broker and fetched.',
    [...task, 'topic', 'partition'],
  ],
]

const coordinator: readonly Row[] = [
  ['rebalance', 'counter', 'info', 'Rebalances that have given the thread its tasks.'],
  ['rebalance-latency', 'histogram', 'info', 'Time from the beginning of a rebalance to its tasks, in ms.'],
  ['failed-rebalance', 'counter', 'info', 'Times that the thread has lost its tasks.'],
]

/** All metrics of the engine. Kafka's ratios and rates are left to whoever keeps them: they follow from sums and counts. */
export const metricDefinitions: readonly MetricDefinition[] = [
  ...of('stream-metrics', infoOf, client),
  ...of('stream-thread-metrics', thread, threads),
  ...of('stream-state-updater-metrics', thread, updater),
  ...of('stream-task-metrics', task, tasks),
  ...of('stream-processor-node-metrics', node, nodes),
  ...of('stream-topic-metrics', topic, topics),
  ...of('stream-state-metrics', store, stores),
  ...of('consumer-fetch-manager-metrics', task, fetches),
  ...of('consumer-coordinator-metrics', thread, coordinator),
  ...of(
    'client-metrics',
    ['client-id'],
    [['throttle-time', 'counter', 'info', 'Time for which brokers have throttled the client, in ms.']],
  ),
]

function of(group: string, tags: readonly string[], rows: readonly Row[]): MetricDefinition[] {
  return rows.map(([name, kind, level, help, own]) => ({
    group,
    name,
    kind,
    level,
    tags: own ?? tags,
    help,
    ...textsOf(group, name),
  }))
}

function textsOf(group: string, name: string): Pick<MetricDefinition, 'texts' | 'isText'> {
  if (otherTexts.has(name)) return { isText: true }
  const texts = statesOf[group]
  return name === 'state' && texts !== undefined ? { texts, isText: true } : {}
}
