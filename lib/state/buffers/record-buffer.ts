import { latin1 } from '../../model/bytes.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { BufferReader, readBufferValue, writeBufferValue } from './buffer-value.ts'
import { readInt64, writeInt64 } from '../key-value/row-codec.ts'
import { row } from '../key-value/row.ts'
import type { BaseRows } from '../key-value/key-value-rows.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../state-store.ts'
import { storeClosed } from '../store-closed.ts'
import type { StoreSerde } from '../store-serde.ts'
import type { RecordBufferSpec } from '../store-spec.ts'
import type { Eviction } from './time-ordered-buffer.ts'
import { nextSequence } from '../window/window-rows.ts'

export interface RecordBufferOptions<K, V> {
  readonly spec: RecordBufferSpec
  readonly context: StateStoreContext
  readonly keys: StoreSerde<K>
  readonly values: StoreSerde<V>
  /** The records that wait, in the order of time, key and number. */
  readonly rows: BaseRows
  /** The table that keeps stream time and the last number. Absent for a buffer in memory. */
  readonly table: StorageTable | undefined
}

/** Zeros in the place where the change buffer of `suppress` writes its buffer time. */
const noTime = new Uint8Array(8)
const changelogPrefix = Uint8Array.of(0)

/**
 * Records of a stream that wait for their time (Java: `RocksDBTimeOrderedKeyValueBuffer`). They are ordered by time, then by the
 * bytes of their keys, then by arrival. A row's key is `time int64 ‖ key ‖ number int32`. In the changelog a zero byte stands
 * before it.
 */
export class RecordBuffer<K, V> implements StateStore {
  readonly name: string
  readonly spec: RecordBufferSpec
  readonly #options: RecordBufferOptions<K, V>
  readonly #rows: BaseRows
  #streamTime = -1
  #sequence = 0
  #minTime = -Infinity
  #committedState: Uint8Array | undefined
  #isOpen = true

  constructor(options: RecordBufferOptions<K, V>) {
    this.name = options.spec.name
    this.spec = options.spec
    this.#options = options
    this.#rows = options.rows
    const state = options.table?.get(this.#stateKey)
    if (state === undefined) return
    this.#streamTime = readInt64(state, 0)
    this.#sequence = Buffer.from(state).readUInt32BE(8)
  }

  /** The largest timestamp of all records so far; −1 before the first. */
  get streamTime(): number {
    return this.#streamTime
  }

  get dirtyBytes(): number {
    return this.#rows.dirtyBytes
  }

  get heldBytes(): number {
    return this.#rows.heldBytes
  }

  put(key: K, value: V, context: RecordContext): void {
    this.#checkOpen()
    const { keys, values } = this.#options
    this.#sequence = nextSequence(this.#sequence)
    this.#streamTime = Math.max(this.#streamTime, context.timestamp)
    this.#minTime = Math.min(this.#minTime, context.timestamp)
    const at = placeOf(context.timestamp, keys.serialize(key), this.#sequence)
    const written = writeBufferValue({ priorValue: null, oldValue: null, newValue: values.serialize(value), context }, noTime)
    this.#rows.put(latin1(at), row(written, 0))
    this.#log(at, written)
  }

  /** Emits and removes the records of this time and older ones. */
  evictUntil(timeMs: number, emit: Eviction<K, V>): void {
    this.#checkOpen()
    if (timeMs < 0 || this.#minTime > timeMs) return
    for (const [place, { bytes }] of this.#rows.scan({ to: latin1(timeBytes(timeMs + 1)) })) this.#emit(place, bytes, emit)
    this.#findMinTime()
  }

  /**
   * The join may fail, and the processing handler may let processing go on. Java keeps the record then, so that it fails again with each
   * look, and the records behind it never come out. In `safe` the record is removed first, so that it fails once.
   */
  #emit(place: string, bytes: Uint8Array, emit: Eviction<K, V>): void {
    const { keys, values, context: task } = this.#options
    const at = Buffer.from(place, 'latin1')
    const { newValue, context } = readBufferValue(new BufferReader(bytes))
    const [key, value] = [keys.deserialize(at.subarray(8, -4)), values.deserialize(newValue!)]
    if (task.compatibility !== 'java') this.#remove(place, at)
    emit(key, value, context)
    if (task.compatibility === 'java') this.#remove(place, at)
  }

  #remove(place: string, at: Uint8Array): void {
    this.#rows.put(place, null)
    this.#log(at, null)
  }

  /** Does nothing: a record buffer has no cache. */
  flush(): void {}

  commit(): void {
    this.#rows.commit()
    if (this.#options.table === undefined) return
    const state = Buffer.alloc(12)
    writeInt64(state, this.#streamTime, 0)
    state.writeUInt32BE(this.#sequence, 8)
    this.#committedState = state
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#rows.checkpoint(writes)
    const { table } = this.#options
    if (table !== undefined && this.#committedState !== undefined)
      writes.push({ table, key: this.#stateKey, value: this.#committedState })
  }

  checkpointed(): void {
    this.#rows.checkpointed()
    this.#committedState = undefined
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    const applied = restoreWithin(budget, records, (record) => this.#restore(record))
    this.#findMinTime()
    this.commit()
    return applied
  }

  valuesIn({ value }: ChangelogRecord): readonly Uint8Array[] {
    return value === null ? [] : [readBufferValue(new BufferReader(value)).newValue!]
  }

  close(): void {
    this.#isOpen = false
  }

  get #stateKey(): Uint8Array {
    return Buffer.from(this.name)
  }

  /**
   * Java reads the keys of this changelog as if they were those of a window store, in which the time follows the key. So it reads
   * wrong keys, and times far in the future: restored records are never emitted, and all later records are late.
   */
  #restore({ key, value }: ChangelogRecord): void {
    const isMistaken = this.#options.context.compatibility === 'java'
    const at = isMistaken ? windowPlace(Buffer.from(key)) : Buffer.from(key).subarray(1)
    this.#streamTime = Math.max(this.#streamTime, readInt64(at, 0))
    if (!isMistaken) this.#sequence = Math.max(this.#sequence, at.readUInt32BE(at.byteLength - 4))
    this.#rows.restore(latin1(at), value === null ? null : row(value, 0))
  }

  #log(at: Uint8Array, value: Uint8Array | null): void {
    this.#options.context.changelog?.append(Buffer.concat([changelogPrefix, at]), value, null, noHeaders)
  }

  #findMinTime(): void {
    const first = this.#rows.scan({})
    const { done, value } = first.next()
    first.return?.()
    this.#minTime = done === true ? Infinity : readInt64(Buffer.from(value[0].slice(0, 8), 'latin1'), 0)
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw storeClosed(this.name)
  }
}

/** Whether a key of a changelog is a zero byte and `time int64 ‖ key ‖ number int32`. */
export function isRecordPlace(key: Uint8Array): boolean {
  return key.byteLength >= 13 && key[0] === 0 && Number.isSafeInteger(readInt64(key, 1))
}

function placeOf(timeMs: number, key: Uint8Array, sequence: number): Buffer {
  const number = Buffer.allocUnsafe(4)
  number.writeUInt32BE(sequence, 0)
  return Buffer.concat([timeBytes(timeMs), key, number])
}

function windowPlace(bytes: Buffer): Buffer {
  const time = bytes.byteLength - 12
  return Buffer.concat([bytes.subarray(time, -4), bytes.subarray(0, time), bytes.subarray(-4)])
}

function timeBytes(timeMs: number): Buffer {
  const bytes = Buffer.allocUnsafe(8)
  writeInt64(bytes, timeMs, 0)
  return bytes
}
