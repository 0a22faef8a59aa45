import { change, type Change } from '../../model/change.ts'
import { streamRecord, type StreamRecord } from '../../model/stream-record.ts'
import type { ValueAndTimestamp } from '../../model/value-and-timestamp.ts'
import { internal, type InternalProcessorContext } from '../internal-processor-context.ts'
import {
  makeGetter,
  timestamped,
  type KTableValueGetter,
  type KTableValueGetterSupplier,
  type TableReads,
} from '../table/ktable-value-getter.ts'
import { lambdaResult } from '../lambda-result.ts'
import type { Processor, ProcessorContext } from '../processor.ts'
import { noKey, supersededVersion } from '../skip-reasons.ts'
import type { OldValues } from '../table/timestamped-tuple-forwarder.ts'

/**
 * Whether a result needs a row of a table. An inner join requires rows of both tables, a left join only of the left one, an outer
 * join of neither.
 */
export type RowNeed = 'required' | 'optional'

/**
 * Whether an update that is not the latest of its key is joined. Out-of-order updates of versioned tables are `dropped`
 * (KIP-914).
 */
export type LateUpdates = 'dropped' | 'joined'

export interface KTableKTableJoinOptions<K, VOther, VOut> {
  /** The side whose changes this node processes. */
  readonly table: 'left' | 'right'
  readonly thisSide: RowNeed
  readonly otherSide: RowNeed
  readonly other: KTableValueGetterSupplier<K, VOther>
  readonly joiner: TableJoiner<K, never, never, VOut>
  readonly oldValues: OldValues
  readonly lateUpdates: LateUpdates
}

/** The user's joiner. The left value comes first, whichever table has changed. */
export type TableJoiner<K, VLeft, VRight, VOut> = (left: VLeft | null, right: VRight | null, key: K) => VOut | null

/**
 * One side of a join of two tables by primary key (Java: `KTableKTable{Inner,Left,Right,Outer}Join`). It joins each change with the
 * current row of the other table. The timestamp of a result is the larger one of both.
 */
export class KTableKTableJoin<K, V, VOther, VOut> implements Processor<K | null, Change<V>, K, Change<VOut>> {
  readonly #options: KTableKTableJoinOptions<K, VOther, VOut>
  readonly #other: KTableValueGetter<K, VOther>
  #context!: InternalProcessorContext<K, Change<VOut>>

  constructor(options: KTableKTableJoinOptions<K, VOther, VOut>) {
    this.#options = options
    this.#other = makeGetter(options.other)
  }

  init(context: ProcessorContext<K, Change<VOut>>): void {
    this.#context = internal(context)
    // The cache of the other table may hold back changes, which are forwarded to this join when it is flushed. Java reads them earlier than
    // that. If both joined rows are deleted between two flushes, neither deletion then finds the other row, and Java never deletes their
    // result. Java also forwards old values of results that were never forwarded.
    this.#other.init(context, this.#context.compatibility === 'java' ? 'newest' : 'flushed')
  }

  process({ key, value, timestamp, headers }: StreamRecord<K | null, Change<V>>): void {
    if (key === null) return this.#context.drop(noKey)
    if (!value.isLatest && this.#options.lateUpdates === 'dropped') return this.#context.drop(supersededVersion)
    const other = this.#other.get(key)
    if (other === null && !this.#matters(value)) return
    const otherValue = other === null ? null : other.value
    const newValue = this.#join(value.newValue, otherValue, key)
    const oldValue = this.#options.oldValues === 'send' ? this.#join(value.oldValue, otherValue, key) : null
    const resultTimestamp = other === null ? timestamp : Math.max(timestamp, other.timestamp)
    this.#context.forward(streamRecord(key, change(newValue, oldValue, value.isLatest), resultTimestamp, headers))
  }

  /** Whether a change matters although the other table has no row of the key. */
  #matters({ newValue, oldValue }: Change<V>): boolean {
    return this.#options.otherSide === 'optional' && (newValue !== null || oldValue !== null)
  }

  #join(value: V | null, otherValue: VOther | null, key: K): VOut | null {
    if (value === null && (this.#options.thisSide === 'required' || otherValue === null)) return null
    const joiner = this.#options.joiner as TableJoiner<K, unknown, unknown, VOut>
    const joined = this.#options.table === 'left' ? joiner(value, otherValue, key) : joiner(otherValue, value, key)
    return lambdaResult(joined, 'joiner', this.#context.nodeName)
  }
}

export interface JoinedGetterOptions<K, V, VOther, VOut> {
  readonly left: KTableValueGetterSupplier<K, V>
  readonly right: KTableValueGetterSupplier<K, VOther>
  readonly leftSide: RowNeed
  readonly rightSide: RowNeed
  readonly joiner: TableJoiner<K, V, VOther, VOut>
  readonly nodeName: string
}

/** Reads the result of a join that has no store. */
export function joinedGetter<K, V, VOther, VOut>(
  options: JoinedGetterOptions<K, V, VOther, VOut>,
): KTableValueGetterSupplier<K, VOut> {
  return {
    storeNames: [...new Set([...options.left.storeNames, ...options.right.storeNames])],
    getter: JoinedGetter<K, V, VOther, VOut>,
    options,
  }
}

class JoinedGetter<K, V, VOther, VOut> implements KTableValueGetter<K, VOut> {
  readonly #options: JoinedGetterOptions<K, V, VOther, VOut>
  readonly #left: KTableValueGetter<K, V>
  readonly #right: KTableValueGetter<K, VOther>

  constructor(options: JoinedGetterOptions<K, V, VOther, VOut>) {
    this.#options = options
    this.#left = makeGetter(options.left)
    this.#right = makeGetter(options.right)
  }

  init(context: ProcessorContext<never, never>, reads: TableReads): void {
    this.#left.init(context, reads)
    this.#right.init(context, reads)
  }

  get(key: K): ValueAndTimestamp<VOut> | null {
    const { leftSide, rightSide, joiner, nodeName } = this.#options
    const left = this.#left.get(key)
    if (left === null && leftSide === 'required') return null
    const right = this.#right.get(key)
    if (right === null && (rightSide === 'required' || left === null)) return null
    const joined = lambdaResult(joiner(left?.value ?? null, right?.value ?? null, key), 'joiner', nodeName)
    return timestamped(joined, Math.max(left?.timestamp ?? -1, right?.timestamp ?? -1))
  }
}
