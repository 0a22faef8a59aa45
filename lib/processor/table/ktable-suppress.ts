import type { Counter } from '../../metrics/metrics.ts'
import type { Change } from '../../model/change.ts'
import { StreamsError } from '../../model/errors.ts'
import type { RecordContext } from '../../model/record-context.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import type { Windowed } from '../../model/windowed.ts'
import type { ChangeBuffer } from '../../state/buffers/change-buffer.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import {
  makeGetter,
  timestamped,
  type KTableValueGetter,
  type KTableValueGetterSupplier,
  type TableReads,
} from './ktable-value-getter.ts'
import type { Operator } from '../operator.ts'
import type { ProcessorContext } from '../processor.ts'

export interface KTableSuppressOptions {
  /** A change buffer. */
  readonly storeName: string
  /** When the wait of a change begins: at the end of its window, or at its own timestamp. */
  readonly until: 'window-closes' | 'time-limit'
  /** How long a change waits. */
  readonly durationMs: number
  /** `included`: the end belongs to the window, which closes a millisecond later. */
  readonly windowEnd: 'included' | 'excluded'
  readonly maxRecords: number
  readonly maxBytes: number
  readonly whenFull: 'shut-down' | 'emit-early'
}

/**
 * Holds back the newest change of each key in a buffer until the wait of the key is over (Java: `KTableSuppressProcessor`). A change is
 * forwarded with the timestamp, headers and origin of the newest update. The deletion of a window is not forwarded as its final result:
 * nothing of the window has been forwarded before.
 */
export class KTableSuppress<K, V> implements Operator<K, Change<V>, K, Change<V>> {
  /** A value that cannot be written is a failed cast in Java, and an error of the node above. */
  readonly unwritableValueFails = 'above'
  readonly #options: KTableSuppressOptions
  #context!: InternalProcessorContext<K, Change<V>>
  #buffer!: ChangeBuffer<K, V>
  #emitted!: Counter
  #streamTimeMs = -1
  #durationMs = 0

  constructor(options: KTableSuppressOptions) {
    this.#options = options
  }

  init(context: ProcessorContext<K, Change<V>>): void {
    this.#context = internal(context)
    this.#buffer = context.stateStore<ChangeBuffer<K, V>>(this.#options.storeName)
    // In Java the end is never included. It forwards a result at the end, and another one if a record follows at that very time.
    const isEarly = this.#options.windowEnd === 'excluded' || this.#context.compatibility === 'java'
    this.#durationMs = this.#options.durationMs + (isEarly ? 0 : 1)
    const { metrics } = context
    const { 'processor-node-id': _, ...task } = this.#context.metricTags
    this.#emitted = metrics.counter('suppression-emit', 'stream-processor-node-metrics', this.#context.metricTags)
    const tags = { ...task, 'in-memory-suppression-state-id': this.#options.storeName }
    metrics.gauge('suppression-buffer-count', 'stream-state-metrics', tags, () => this.#buffer.count)
    metrics.gauge('suppression-buffer-size', 'stream-state-metrics', tags, () => this.#buffer.bytes)
  }

  process({ key, value, timestamp }: StreamRecord<K, Change<V>>): void {
    if (timestamp > this.#streamTimeMs) this.#streamTimeMs = timestamp
    const timeMs = this.#options.until === 'time-limit' ? timestamp : (key as Windowed<unknown>).endMs
    this.#buffer.put(timeMs, key, value, this.#context.recordContext())
    this.#buffer.evictWhile(this.#isExpired, this.#emit)
    if (!this.#isFull()) return
    if (this.#options.whenFull === 'shut-down') throw this.#full()
    this.#buffer.evictWhile(this.#isFull, this.#emit)
  }

  // Made once, because the buffer calls them with every record.
  readonly #isExpired = (): boolean => this.#buffer.minTimeMs <= this.#streamTimeMs - this.#durationMs

  readonly #isFull = (): boolean => {
    const { maxRecords, maxBytes } = this.#options
    return this.#buffer.count > maxRecords || this.#buffer.bytes > maxBytes
  }

  readonly #emit = (key: K, value: Change<V>, context: RecordContext): void => {
    if (value.newValue === null && this.#options.until === 'window-closes') return
    const record = streamRecord(key, value, context.timestamp, context.headers)
    this.#context.withRecordContext(context, () => this.#context.forward(record))
    this.#emitted.add()
  }

  #full(): StreamsError {
    const { maxRecords, maxBytes, storeName } = this.#options
    const { count, bytes } = this.#buffer
    const message =
      `${this.#context.nodeName} buffer exceeded its max capacity. Currently [${count}/${limit(maxRecords)}] records and ` +
      `[${bytes}/${limit(maxBytes)}] bytes. Raise its limits, let it emit early, or wait for a shorter time.`
    return new StreamsError('STREAMS_BUFFER_FULL', message, { facts: { store: storeName, count, maxRecords, bytes, maxBytes } })
  }
}

/** The limit in a message. Without a limit it is Java's largest long, as Java prints it. */
function limit(max: number): string {
  return max === Infinity ? '9223372036854775807' : String(max)
}

export interface SuppressedTable<K, V> {
  readonly storeName: string
  readonly parent: KTableValueGetterSupplier<K, V>
}

/** Reads a suppressed table: a key whose change is held back still has its former value, with the timestamp −1, since nobody knows its time. */
export function suppressedGetter<K, V>(table: SuppressedTable<K, V>): KTableValueGetterSupplier<K, V> {
  return { storeNames: [table.storeName, ...table.parent.storeNames], getter: SuppressedGetter<K, V>, options: table }
}

class SuppressedGetter<K, V> implements KTableValueGetter<K, V> {
  readonly #storeName: string
  readonly #parent: KTableValueGetter<K, V>
  #buffer!: ChangeBuffer<K, V>

  constructor({ storeName, parent }: SuppressedTable<K, V>) {
    this.#storeName = storeName
    this.#parent = makeGetter(parent)
  }

  init(context: ProcessorContext<never, never>, reads: TableReads): void {
    this.#parent.init(context, reads)
    this.#buffer = context.stateStore(this.#storeName)
  }

  get(key: K): ValueAndTimestamp<V> | null {
    const prior = this.#buffer.priorValue(key)
    return prior === undefined ? this.#parent.get(key) : timestamped(prior, -1)
  }
}
