import { isDeepStrictEqual } from 'node:util'
import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import { readsWholeChanges } from '../../model/upgrade-from.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import type { KeyValue } from '../../model/key-value.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { supersededVersion } from '../skip-reasons.ts'

/** The user's selector: the group of a row, and the value that the row has there. A null result, key or value puts the row into no group. */
export type GroupSelector<K, V, KR, VR> = (value: V, key: K) => KeyValue<KR | null, VR | null> | null

export interface KTableRepartitionMapOptions<K, V, KR, VR> {
  readonly selector: GroupSelector<K, V, KR, VR>
  /** `dropped`: groups have only the latest row of each key of a versioned table (KIP-914). Java does not count the other rows as dropped. */
  readonly lateUpdates: 'dropped' | 'grouped'
}

/**
 * Sends each change of a table to the groups that its old and its new row are in (Java: `KTableRepartitionMap`). The table must
 * send old values. A row that stays in its group is one change there, so that no reader sees the group without it (KIP-904).
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

  /** Releases before KIP-904 read the two sides of a change as two records. */
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
