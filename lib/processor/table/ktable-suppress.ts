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
  /** The time from which a change waits: the end of its window, or its own timestamp. */
  readonly until: 'window-closes' | 'time-limit'
  /** The time for which a change waits. */
  readonly durationMs: number
  /** `included`: the end belongs to the window, which closes a millisecond later. */
  readonly windowEnd: 'included' | 'excluded'
  readonly maxRecords: number
  readonly maxBytes: number
  readonly whenFull: 'shut-down' | 'emit-early'
}

/**
 * Holds back the newest change of each key in a buffer until its wait is over (Java: `KTableSuppressProcessor`). A change is
 * forwarded with the timestamp and the record context of the newest update. With `window-closes`, the deletion of a window is not
 * forwarded, because no earlier value of the window was.
 */
export class KTableSuppress<K, V> implements Operator<K, Change<V>, K, Change<V>> {
  /** In Java a value that cannot be written is a ClassCastException, which counts as an error of the node above. */
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
    // Java never includes the end: it forwards a result when stream time reaches the end, and another if a record comes at that very time.
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

  // These functions are made once, because the buffer gets them with every record.
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

/** Returns the text of a limit in messages. For no limit it is the largest long, as in Java's message. */
function limit(max: number): string {
  return max === Infinity ? '9223372036854775807' : String(max)
}

export interface SuppressedTable<K, V> {
  readonly storeName: string
  readonly parent: KTableValueGetterSupplier<K, V>
}

/**
 * Reads a suppressed table. A key whose change is held back still has its former value. The timestamp of that value is −1,
 * because the buffer does not keep it.
 */
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
