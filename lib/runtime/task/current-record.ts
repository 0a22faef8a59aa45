import { OwnBytes } from '../../kernel/own-bytes.ts'
import type { Headers } from '../../model/headers.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RecordContext, SourceBytes } from '../../model/record-context.ts'
import type { RecordMetadata, StreamRecord } from '../../model/stream-record.ts'
import type { TaskId } from '../../model/task-id.ts'
import type { RecordBatch } from '../../transport/record-batch/record-batch.ts'
import type { ErrorHandlerContext } from '../errors/error-handlers.ts'
import type { AgeSample } from '../metrics/record-ages.ts'

/**
 * The record that a task is processing. Its `RecordContext` is made when a processor asks for it, because most processors do not.
 */
export class CurrentRecord implements AgeSample {
  #topic: string | null = null
  #partition = -1
  #offset = -1
  #timestamp = -1
  #headers: Headers = noHeaders
  #context: RecordContext | null = null
  /** The batch and index of the record's bytes. They are read only when processing fails. */
  #batch: RecordBatch | null = null
  #index = 0
  /** The bytes that the key, and the value, of the record came in: of that which was taken from its topic, not of one in a cache. */
  readonly ownKey = new OwnBytes()
  readonly ownValue = new OwnBytes()
  #sampledMs = -1
  #samples = 0
  readonly #sources: 'kept' | 'by level' | 'not kept'
  /** Whether a processor that forwards a record must call `enter` before, and `restore` after. */
  readonly hasLevels: boolean

  /**
   * `sources` says whether a record context has copies of the input record's bytes, for dead letters. With `by level` each forwarded
   * record has a context of its own that can lose the bytes, as in Kafka Streams.
   */
  constructor(sources: 'kept' | 'by level' | 'not kept') {
    this.#sources = sources
    this.hasLevels = sources === 'by level'
  }

  get timestamp(): number {
    return this.#timestamp
  }

  get headers(): Headers {
    return this.#headers
  }

  get partition(): number {
    return this.#partition
  }

  get sampledMs(): number {
    return this.#sampledMs
  }

  get samples(): number {
    return this.#samples
  }

  get metadata(): RecordMetadata | null {
    const topic = this.#topic
    return topic === null ? null : { topic, partition: this.#partition, offset: this.#offset }
  }

  context(): RecordContext {
    this.#context ??= this.#newContext()
    return this.#context
  }

  errorContext(node: string, task: TaskId): ErrorHandlerContext {
    const { topic, partition, offset, timestamp, headers, source = this.#source() } = this.context()
    const { key: sourceRawKey = null, value: sourceRawValue = null } = source ?? {}
    return { topic, partition, offset, timestamp, headers, node, task, sourceRawKey, sourceRawValue }
  }

  /** Runs `process` with the ages of records measured, at sources and at the ends, as of this wall-clock time. */
  sampled<T>(nowMs: number, process: () => T): T {
    this.#sampledMs = nowMs
    this.#samples++
    try {
      return process()
    } finally {
      this.#sampledMs = -1
    }
  }

  set(topic: string | null, partition: number, offset: number, timestamp: number, headers: Headers): void {
    this.#topic = topic
    this.#partition = partition
    this.#offset = offset
    this.#batch = null
    this.ownKey.forget()
    this.ownValue.forget()
    this.stamp(timestamp, headers)
  }

  /** Called after `set`: the bytes of the record are those of `batch` at `index`. */
  from(batch: RecordBatch, index: number): void {
    this.#batch = batch
    this.#index = index
  }

  /** Removes the input record's bytes from the context. Dead letters of later errors on this level have neither key nor value. */
  forgetSource(): void {
    const context: { -readonly [K in keyof RecordContext]: RecordContext[K] } = this.context()
    delete context.source
    this.#batch = null
  }

  /** Gives a forwarded record a context of its own. Returns the context before it, for `restore`. */
  enter({ timestamp, headers }: StreamRecord<unknown, unknown>): RecordContext {
    const left = this.context()
    this.restore({ ...left, timestamp, headers })
    return left
  }

  /** Sets the time and headers of a forwarded record. Its topic, partition and offset stay those of the input record. */
  stamp(timestamp: number, headers: Headers): void {
    this.#timestamp = timestamp
    this.#headers = headers
    this.#context = null
  }

  restore(context: RecordContext): void {
    this.set(context.topic, context.partition, context.offset, context.timestamp, context.headers)
    this.#context = context
  }

  #newContext(): RecordContext {
    const context: RecordContext = new KeptContext(this.#topic, this.#partition, this.#offset, this.#timestamp, this.#headers)
    const source = this.#sources === 'not kept' ? undefined : this.#source()
    return source === undefined ? context : { ...context, source: copied(source) }
  }

  #source(): SourceBytes | undefined {
    if (this.#batch === null) return undefined
    return { key: this.#batch.key(this.#index), value: this.#batch.value(this.#index) }
  }

  /** Runs `emit` as if the record of `context` were being processed. */
  during(context: RecordContext, emit: () => void): void {
    const before = this.context()
    this.restore(context)
    try {
      emit()
    } finally {
      this.restore(before)
    }
  }
}

/** Copies the bytes, because a slice would keep its whole batch in memory. */
function copied({ key, value }: SourceBytes): SourceBytes {
  return { key: key === null ? null : Uint8Array.from(key), value: value === null ? null : Uint8Array.from(value) }
}

/** Caches keep the context. A constructor makes it for the reason that `row` names. */
class KeptContext implements RecordContext {
  readonly topic: string | null
  readonly partition: number
  readonly offset: number
  readonly timestamp: number
  readonly headers: Headers

  constructor(topic: string | null, partition: number, offset: number, timestamp: number, headers: Headers) {
    this.topic = topic
    this.partition = partition
    this.offset = offset
    this.timestamp = timestamp
    this.headers = headers
  }
}
