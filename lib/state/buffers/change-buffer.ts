import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { change, type Change } from '../../model/change.ts'
import { noHeaders } from '../../model/headers.ts'
import { JavaHashSet, javaBytesHashCode } from '../../model/java-hash-order.ts'
import type { RecordContext } from '../../model/record-context.ts'
import { bufferValue, bufferValueBytes, type BufferValue } from './buffer-value.ts'
import { changeBufferHeaders, readBufferedChange, writeBufferedChange } from './change-buffer-format.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../restore-budget.ts'
import type { ChangelogRecord, ChangelogSink, StateStore, StateStoreContext } from '../state-store.ts'
import { storeClosed } from '../store-closed.ts'
import type { StoreSerde } from '../store-serde.ts'
import type { ChangeBufferSpec } from '../store-spec.ts'
import type { Eviction, TimeOrderedBuffer } from './time-ordered-buffer.ts'
import { TimeQueue, type Timed } from './time-queue.ts'

class Entry implements Timed {
  readonly key: string
  readonly timeMs: number
  value: BufferValue
  place = 0

  constructor(key: string, timeMs: number, value: BufferValue) {
    this.key = key
    this.timeMs = timeMs
    this.value = value
  }
}

/**
 * The buffer of `suppress` (Java: `InMemoryTimeOrderedKeyValueChangeBuffer`). The buffer holds the newest change of each key. A newer
 * change replaces the buffered change of its key, and takes over its time. The buffer is always in memory, even if the application
 * keeps its other stores on disk. `flush` writes one changelog record for each key that has changed since the last flush.
 */
export class ChangeBuffer<K, V> implements StateStore, TimeOrderedBuffer<K, Change<V>> {
  readonly name: string
  readonly spec: ChangeBufferSpec
  readonly dirtyBytes = 0
  readonly #context: StateStoreContext
  readonly #keys: StoreSerde<K>
  readonly #values: StoreSerde<V>
  readonly #changelog: ChangelogSink | undefined
  readonly #entries = new Map<string, Entry>()
  readonly #byTime = new TimeQueue<Entry>()
  readonly #dirty = new Set<string>()
  readonly #dirtyInOrder = new JavaHashSet(javaBytesHashCode)
  /** Of the keys that were written since the last commit, what was there before. Null: nothing. */
  readonly #before = new Map<string, Pick<Entry, 'timeMs' | 'value'> | null>()
  #minTimeMs = Infinity
  #bytes = 0
  #isOpen = true

  constructor(spec: ChangeBufferSpec, context: StateStoreContext, keys: StoreSerde<K>, values: StoreSerde<V>) {
    this.name = spec.name
    this.spec = spec
    this.#context = context
    this.#changelog = context.changelog
    this.#keys = keys
    this.#values = values
  }

  get count(): number {
    return this.#entries.size
  }

  get heldBytes(): number {
    return this.#bytes
  }

  get bytes(): number {
    return this.#bytes
  }

  get minTimeMs(): number {
    return this.#minTimeMs
  }

  put(timeMs: number, key: K, { newValue, oldValue }: Change<V>, context: RecordContext): void {
    this.#checkOpen()
    const keyBytes = latin1(this.#keys.serialize(key))
    const oldBytes = this.#written(oldValue)
    const buffered = this.#entries.get(keyBytes)
    const priorValue = buffered === undefined ? oldBytes : buffered.value.priorValue
    this.#keepBefore(keyBytes)
    this.#set(keyBytes, timeMs, bufferValue(priorValue, oldBytes, this.#written(newValue), context))
    this.#markDirty(keyBytes)
  }

  /** The value that downstream operators have for a buffered key. Undefined if the buffer does not hold the key. */
  priorValue(key: K): V | null | undefined {
    this.#checkOpen()
    const entry = this.#entries.get(latin1(this.#keys.serialize(key)))
    return entry === undefined ? undefined : this.#read(entry.value.priorValue)
  }

  evictWhile(isDue: () => boolean, emit: Eviction<K, Change<V>>): void {
    this.#checkOpen()
    if (this.#entries.size === 0 || !isDue()) return
    for (let entry = this.#byTime.first; entry !== undefined; entry = this.#byTime.first) {
      this.#minTimeMs = entry.timeMs
      if (!isDue()) return
      this.#emit(entry, emit)
      this.#keepBefore(entry.key)
      this.#remove(entry)
      this.#markDirty(entry.key)
    }
    this.#minTimeMs = Infinity
  }

  /** Logs the keys that have changed since the last flush. As in Java, the task flushes its stores before the producer. */
  flush(): void {
    if (this.#changelog === undefined || this.#dirty.size === 0) return
    for (const key of this.#dirty) this.#dirtyInOrder.add(key)
    for (const key of this.#dirtyInOrder) this.#log(this.#changelog, key)
    this.#dirtyInOrder.clear()
    this.#dirty.clear()
  }

  commit(): void {
    this.#before.clear()
  }

  rollBack(): void {
    for (const [key, before] of this.#before) {
      const entry = this.#entries.get(key)
      if (entry !== undefined) this.#remove(entry)
      if (before !== null) this.#add(new Entry(key, before.timeMs, before.value))
    }
    this.#before.clear()
    this.#dirty.clear()
    this.#findMinTime()
  }

  checkpoint(): void {}

  checkpointed(): void {}

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    const applied = restoreWithin(budget, records, (record) => this.#restore(record))
    this.#findMinTime()
    return applied
  }

  valuesIn(record: ChangelogRecord): readonly Uint8Array[] {
    if (record.value === null) return []
    const { priorValue, oldValue, newValue } = this.#readRecord(record, record.value, null).value
    return [priorValue, oldValue, newValue].filter((value) => value !== null)
  }

  close(): void {
    this.#isOpen = false
  }

  #keepBefore(key: string): void {
    if (this.#context.isTransactional !== true || this.#before.has(key)) return
    const entry = this.#entries.get(key)
    this.#before.set(key, entry === undefined ? null : { timeMs: entry.timeMs, value: entry.value })
  }

  #set(key: string, timeMs: number, value: BufferValue): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return this.#add(new Entry(key, timeMs, value))
    this.#bytes += bufferValueBytes(value) - bufferValueBytes(entry.value)
    entry.value = value
  }

  #add(entry: Entry): void {
    this.#entries.set(entry.key, entry)
    this.#byTime.add(entry)
    this.#bytes += entryBytes(entry)
    if (entry.timeMs < this.#minTimeMs) this.#minTimeMs = entry.timeMs
  }

  #remove(entry: Entry): void {
    this.#entries.delete(entry.key)
    this.#byTime.remove(entry)
    this.#bytes -= entryBytes(entry)
  }

  #markDirty(key: string): void {
    if (this.#changelog !== undefined) this.#dirty.add(key)
  }

  /**
   * Emits the newest change of a key. In `java`, the old value is the value before the newest update. If the buffer held back several
   * updates, downstream operators never got that value: a grouping then subtracts a value that it never added. In `safe`, the old
   * value is the prior value, which downstream operators have.
   */
  #emit({ key, value }: Entry, emit: Eviction<K, Change<V>>): void {
    const seen = this.#context.compatibility === 'java' ? value.oldValue : value.priorValue
    const update = change(this.#read(value.newValue), this.#read(seen))
    emit(this.#keys.deserialize(fromLatin1(key)), update, value.context)
  }

  #log(changelog: ChangelogSink, key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return changelog.append(fromLatin1(key), null, null, noHeaders)
    changelog.append(fromLatin1(key), writeBufferedChange(entry), null, changeBufferHeaders)
  }

  #restore(record: ChangelogRecord): void {
    const key = latin1(record.key)
    const entry = this.#entries.get(key)
    if (record.value === null) return entry && this.#remove(entry)
    const { timeMs, value } = this.#readRecord(record, record.value, entry?.value.priorValue ?? null)
    // The changelog has no deletion of a key that was emitted and buffered again between two flushes. Java then restores the key with
    // its former time, `safe` with the time of the new change.
    if (entry !== undefined && entry.timeMs !== timeMs && this.#context.compatibility !== 'java') this.#remove(entry)
    this.#set(key, timeMs, value)
  }

  #readRecord(record: ChangelogRecord, bytes: Uint8Array, priorValue: Uint8Array | null) {
    const { changelogTopic: topic, taskId } = this.#context
    return readBufferedChange(record, bytes, { topic, partition: taskId.partition, priorValue })
  }

  #findMinTime(): void {
    this.#minTimeMs = this.#byTime.first?.timeMs ?? Infinity
  }

  #written(value: V | null): Uint8Array | null {
    return value === null ? null : this.#values.serialize(value)
  }

  #read(bytes: Uint8Array | null): V | null {
    return bytes === null ? null : this.#values.deserialize(bytes)
  }

  #checkOpen(): void {
    if (!this.#isOpen) throw storeClosed(this.name)
  }
}

function entryBytes({ key, value }: Entry): number {
  return 8 + key.length + bufferValueBytes(value)
}
