import type { Headers } from '../model/headers.ts'
import { noHeaders } from '../model/headers.ts'
import type { RecordContext } from '../model/record-context.ts'
import type { RecordMetadata } from '../model/stream-record.ts'

/**
 * The record a task is at work on. Its `RecordContext` is made when somebody asks for it: most records are never asked about.
 */
export class CurrentRecord {
  #topic: string | null = null
  #partition = -1
  #offset = -1
  #timestamp = -1
  #headers: Headers = noHeaders
  #context: RecordContext | null = null

  get timestamp(): number {
    return this.#timestamp
  }

  get headers(): Headers {
    return this.#headers
  }

  get partition(): number {
    return this.#partition
  }

  get metadata(): RecordMetadata | null {
    const topic = this.#topic
    return topic === null ? null : { topic, partition: this.#partition, offset: this.#offset }
  }

  context(): RecordContext {
    this.#context ??= {
      topic: this.#topic,
      partition: this.#partition,
      offset: this.#offset,
      timestamp: this.#timestamp,
      headers: this.#headers,
    }
    return this.#context
  }

  set(topic: string | null, partition: number, offset: number, timestamp: number, headers: Headers): void {
    this.#topic = topic
    this.#partition = partition
    this.#offset = offset
    this.stamp(timestamp, headers)
  }

  /** Same origin, other time and headers: what a processor forwards belongs to the input record it came from. */
  stamp(timestamp: number, headers: Headers): void {
    this.#timestamp = timestamp
    this.#headers = headers
    this.#context = null
  }

  restore(context: RecordContext): void {
    this.set(context.topic, context.partition, context.offset, context.timestamp, context.headers)
    this.#context = context
  }

  /** Runs `emit` as if `context` were being processed. */
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
