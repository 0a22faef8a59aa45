import { ByteKey } from '../../kernel/byte-key.ts'
import { asBuffer } from '../../model/bytes.ts'
import { noHeaders } from '../../model/headers.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { StorageTable, StorageWrite } from '../../storage/storage.ts'
import { BufferReader, readBufferValue, writeBufferValue } from './buffer-value.ts'
import { int64Bytes, readInt64, writeInt64 } from '../key-value/int64.ts'
import type { BaseByteRows } from '../key-value/byte-rows.ts'
import { RowView } from '../key-value/row-view.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../state-store.ts'
import { StoredState } from '../stored-state.ts'
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
  readonly rows: BaseByteRows
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
  readonly #rows: BaseByteRows
  readonly #key = new ByteKey()
  readonly #view = new RowView()
  #streamTime = -1
  #sequence = 0
  /** Where a rollback leads to. */
  #lastCommit = { streamTime: -1, sequence: 0 }
  /** No record that waits is older. */
  #leastTime = -Infinity
  readonly #state: StoredState
  #isOpen = true

  constructor(options: RecordBufferOptions<K, V>) {
    this.name = options.spec.name
    this.spec = options.spec
    this.#options = options
    this.#rows = options.rows
    this.#state = new StoredState(options.table, Buffer.from(this.name))
    const state = this.#state.read()
    if (state === undefined) return
    this.#streamTime = readInt64(state, 0)
    this.#sequence = Buffer.from(state).readUInt32BE(8)
    this.#noteCommit()
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
    this.#leastTime = Math.min(this.#leastTime, context.timestamp)
    const at = placeOf(context.timestamp, keys.serialize(key), this.#sequence)
    const written = writeBufferValue({ priorValue: null, oldValue: null, newValue: values.serialize(value), context }, noTime)
    this.#rows.put(this.#keyAt(at), this.#rowOf(written))
    this.#log(at, written)
  }

  /** Emits and removes the records of this time and older ones. */
  evictUntil(timeMs: number, emit: Eviction<K, V>): void {
    this.#checkOpen()
    if (timeMs < 0 || this.#leastTime > timeMs) return
    // Rows that were emitted may be there as deletions, until a checkpoint has stored them: the scan begins behind them.
    const from = int64Bytes(Math.max(0, this.#leastTime))
    for (const [place, { bytes }] of this.#rows.scan({ from, to: int64Bytes(timeMs + 1) }))
      this.#emit(Buffer.from(place, 'latin1'), bytes, emit)
    this.#leastTime = timeMs + 1
  }

  /**
   * The join may fail, and the processing handler may let processing go on. Java keeps the record then, so that it fails again with each
   * look, and the records behind it never come out. In `safe` the record is removed first, so that it fails once.
   */
  #emit(at: Buffer, bytes: Uint8Array, emit: Eviction<K, V>): void {
    const { keys, values, context: task } = this.#options
    const { newValue, context } = readBufferValue(new BufferReader(bytes))
    const [key, value] = [keys.deserialize(at.subarray(8, -4)), values.deserialize(newValue!)]
    if (task.compatibility !== 'java') this.#remove(at)
    emit(key, value, context)
    if (task.compatibility === 'java') this.#remove(at)
  }

  #remove(at: Buffer): void {
    this.#rows.put(this.#keyAt(at), null)
    this.#log(at, null)
  }

  /** Does nothing: a record buffer has no cache. */
  flush(): void {}

  commit(): void {
    this.#rows.commit()
    this.#noteCommit()
    this.#state.commit(() => this.#stateBytes())
  }

  rollBack(): void {
    this.#rows.rollBack?.()
    this.#streamTime = this.#lastCommit.streamTime
    this.#sequence = this.#lastCommit.sequence
    this.#leastTime = -Infinity
  }

  checkpoint(writes: StorageWrite[]): void {
    this.#rows.checkpoint(writes)
    this.#state.checkpoint(writes)
  }

  checkpointed(): void {
    this.#rows.checkpointed()
    this.#state.checkpointed()
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    const applied = restoreWithin(budget, records, (record) => this.#restore(record))
    this.#leastTime = -Infinity
    this.commit()
    return applied
  }

  valuesIn({ value }: ChangelogRecord): readonly Uint8Array[] {
    return value === null ? [] : [readBufferValue(new BufferReader(value)).newValue!]
  }

  close(): void {
    this.#isOpen = false
    this.#rows.close?.()
  }

  #noteCommit(): void {
    this.#lastCommit = { streamTime: this.#streamTime, sequence: this.#sequence }
  }

  #stateBytes(): Uint8Array {
    const state = Buffer.alloc(12)
    writeInt64(state, this.#streamTime, 0)
    state.writeUInt32BE(this.#sequence, 8)
    return state
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
    this.#rows.restore(this.#keyAt(at), value === null ? null : this.#rowOf(value))
  }

  #keyAt(place: Buffer): ByteKey {
    return this.#key.set(place, 0, place.length)
  }

  #rowOf(value: Uint8Array): RowView {
    return this.#view.set(asBuffer(value), 0, value.byteLength, 0)
  }

  #log(at: Uint8Array, value: Uint8Array | null): void {
    this.#options.context.changelog?.append(Buffer.concat([changelogPrefix, at]), value, null, noHeaders)
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
  return Buffer.concat([int64Bytes(timeMs), key, number])
}

function windowPlace(bytes: Buffer): Buffer {
  const time = bytes.byteLength - 12
  return Buffer.concat([bytes.subarray(time, -4), bytes.subarray(0, time), bytes.subarray(-4)])
}
