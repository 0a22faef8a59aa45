import type { Headers } from '../model/headers.ts'
import type { KeyValue } from '../model/key-value.ts'
import { noHeaders } from '../model/headers.ts'
import type { Serde } from '../model/serde.ts'
import type { StreamRecord } from '../model/stream-record.ts'
import { streamRecord } from '../model/stream-record.ts'
import type { Topic } from '../model/topic.ts'
import type { SingleRecord } from './single-record-batch.ts'
import type { ProducedRecord } from './test-output.ts'

/**
 * A record to pipe. Without a timestamp it gets the current time of its input topic, which `advanceTime` and `autoAdvanceMs`
 * move.
 */
export interface TestRecord<K, V> {
  /** The key. Null if the record has none. */
  readonly key: K | null
  /** Null is a tombstone with any serde. */
  readonly value: V | null
  /** The record's time, in ms since the epoch. Default: the topic's own time. */
  readonly timestamp?: number | undefined
  /** The record's headers. Default: none. */
  readonly headers?: Headers | undefined
}

/** Options of an input topic. */
export interface TestInputTopicOptions {
  /**
   * The timestamp of the first record without one, in ms. Default: the driver's wall-clock time when the input topic is created.
   */
  readonly startMs?: number | undefined
  /** The ms by which each record without a timestamp advances the time. Default 0. */
  readonly autoAdvanceMs?: number | undefined
}

/** Pipes a record into a topic. If `partition` is undefined, the key chooses it. */
export type Pipe = (topic: string, record: SingleRecord, partition: number | undefined) => void

/** Pipes records into the topology (Java: `TestInputTopic`). Each record is processed completely before the call returns. */
export class TestInputTopic<K, V> {
  readonly #topic: Topic<K, V>
  readonly #pipe: Pipe
  readonly #autoAdvanceMs: number
  #now: number

  constructor(topic: Topic<K, V>, pipe: Pipe, startMs: number, autoAdvanceMs: number) {
    this.#topic = topic
    this.#pipe = pipe
    this.#now = startMs
    this.#autoAdvanceMs = autoAdvanceMs
  }

  /** Pipes a record. `partition` overrides the partition that the key chooses. */
  pipeInput(record: TestRecord<K, V>, partition?: number): void {
    const { key, value, headers = noHeaders } = record
    const { name } = this.#topic
    const timestamp = record.timestamp ?? this.#now
    if (record.timestamp === undefined) this.#now += this.#autoAdvanceMs
    const keyBytes = write(this.#topic.key, key, name, 'key', headers)
    this.#pipe(
      name,
      { key: keyBytes, value: write(this.#topic.value, value, name, 'value', headers), timestamp, headers },
      partition,
    )
  }

  /** Pipes records, one after the other. */
  pipeRecordList(records: Iterable<TestRecord<K, V>>): void {
    for (const record of records) this.pipeInput(record)
  }

  /** Pipes pairs, one after the other, at the topic's own time. */
  pipeKeyValueList(pairs: Iterable<KeyValue<K | null, V | null>>): void {
    for (const { key, value } of pairs) this.pipeInput({ key, value })
  }

  /** Advances the time of records that are piped without a timestamp. */
  advanceTime(ms: number): void {
    if (ms < 0) throw new TypeError(`advanceTime() cannot move time back by ${-ms} ms: give it 0 or more.`)
    this.#now += ms
  }
}

/**
 * Reads the records that the topology has written to a topic, in their order (Java: `TestOutputTopic`). Each record is read once.
 */
export class TestOutputTopic<K, V> {
  readonly #topic: Topic<K, V>
  readonly #queue: () => ProducedRecord[]

  constructor(topic: Topic<K, V>, queue: () => ProducedRecord[]) {
    this.#topic = topic
    this.#queue = queue
  }

  /** The number of records that are not read yet. */
  get size(): number {
    return this.#queue().length
  }

  /** Whether there is nothing to read. */
  get isEmpty(): boolean {
    return this.size === 0
  }

  /** Reads the next record. Throws a `RangeError` if there is none. */
  readRecord(): StreamRecord<K, V> {
    const record = this.#queue().shift()
    if (record === undefined)
      throw new RangeError(`Topic ${this.#topic.name} has no record to read: pipe more input, or ask isEmpty first.`)
    const { key, value, timestamp, headers } = record
    const { name } = this.#topic
    const typedKey = read(this.#topic.key, key, name, 'key', headers)
    return streamRecord(typedKey, read(this.#topic.value, value, name, 'value', headers), timestamp ?? -1, headers)
  }

  /** Reads key and value of the next record. Throws a `RangeError` if there is none. */
  readKeyValue(): KeyValue<K, V> {
    const { key, value } = this.readRecord()
    return { key, value }
  }

  /** Reads the value of the next record. Throws a `RangeError` if there is none. */
  readValue(): V {
    return this.readRecord().value
  }

  /** Reads all records there are. */
  readRecords(): readonly StreamRecord<K, V>[] {
    return Array.from({ length: this.size }, () => this.readRecord())
  }

  /** Reads keys and values of all records there are. */
  readKeyValues(): readonly KeyValue<K, V>[] {
    return Array.from({ length: this.size }, () => this.readKeyValue())
  }

  /** Reads the values of all records there are. */
  readValues(): readonly V[] {
    return Array.from({ length: this.size }, () => this.readValue())
  }

  /** Reads all records, and returns the last value of each key. */
  readKeyValuesToMap(): ReadonlyMap<K, V> {
    return new Map(this.readKeyValues().map(({ key, value }) => [key, value]))
  }
}

type Component = 'key' | 'value'

function write<T>(serde: Serde<T>, value: T | null, topic: string, component: Component, headers: Headers): Uint8Array | null {
  return value === null ? null : serde.serialize(value, { topic, component, headers })
}

/** Reads null bytes as null with any serde, so that tests see tombstones. */
function read<T>(serde: Serde<T>, bytes: Uint8Array | null, topic: string, component: Component, headers: Headers): T {
  return bytes === null ? (null as T) : serde.deserialize(bytes, { topic, component, headers })
}
