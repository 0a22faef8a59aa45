import { isDeepStrictEqual } from 'node:util'
import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { readsWholeChanges } from '../../model/upgrade-from.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { KeyValue } from '../../model/key-value.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { supersededVersion } from '../skip-reasons.ts'

/**
 * The user's selector. It returns the group of a row, as key, and the value of the row in that group. If the pair, key or value
 * is null, the row is in no group.
 */
export type GroupSelector<K, V, KR, VR> = (value: V, key: K) => KeyValue<KR | null, VR | null> | null

export interface KTableRepartitionMapOptions<K, V, KR, VR> {
  readonly selector: GroupSelector<K, V, KR, VR>
  /**
   * `dropped`: out-of-order updates of a versioned table are left out, so that groups have the latest row of each key (KIP-914). As in
   * Java, they do not count as dropped records.
   */
  readonly lateUpdates: 'dropped' | 'grouped'
}

/**
 * Sends each change of a table to the groups of its old and its new row (Java: `KTableRepartitionMap`). The table must send old
 * values. If both rows are in the same group, they are sent as one change, so that no reader sees the group without the row
 * (KIP-904).
 */
export class KTableRepartitionMap<K, V, KR, VR> implements Processor<K, Change<V>, KR, Change<VR>> {
  readonly #selector: GroupSelector<K, V, KR, VR>
  readonly #lateUpdates: 'dropped' | 'grouped'
  #context!: InternalProcessorContext<KR, Change<VR>>

  constructor({ selector, lateUpdates }: KTableRepartitionMapOptions<K, V, KR, VR>) {
    this.#selector = selector
    this.#lateUpdates = lateUpdates
  }

  init(context: ProcessorContext<KR, Change<VR>>): void {
    this.#context = internal(context)
  }

  process(record: StreamRecord<K, Change<V>>): void {
    const { newValue, oldValue, isLatest } = record.value
    if (!isLatest && this.#lateUpdates === 'dropped') return this.#context.logSkipped(supersededVersion)
    const added = this.#select(newValue, record.key)
    const removed = this.#select(oldValue, record.key)
    if (added !== null && removed !== null && this.#isWhole(added.key, removed.key))
      return this.#forward(removed.key, change(added.value, removed.value), record)
    if (removed !== null) this.#forward(removed.key, change<VR>(null, removed.value), record)
    if (added !== null) this.#forward(added.key, change<VR>(added.value, null), record)
  }

  /** Whether both rows are sent as one change. Releases before KIP-904 need two records. */
  #isWhole(addedKey: KR, removedKey: KR): boolean {
    return readsWholeChanges(this.#context.upgradeFrom) && isDeepStrictEqual(addedKey, removedKey)
  }

  #select(value: V | null, key: K): KeyValue<KR, VR> | null {
    if (value === null) return null
    const { nodeName } = this.#context
    const pair = lambdaResult(this.#selector(value, key), 'selector', nodeName)
    if (pair === null) return null
    const groupKey = lambdaResult(pair.key, 'selector, as key,', nodeName)
    const groupValue = lambdaResult(pair.value, 'selector, as value,', nodeName)
    return groupKey === null || groupValue === null ? null : { key: groupKey, value: groupValue }
  }

  #forward(key: KR, update: Change<VR>, { timestamp, headers }: StreamRecord<K, Change<V>>): void {
    this.#context.forward(streamRecord(key, update, timestamp, headers))
  }
}
