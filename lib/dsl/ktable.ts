import { checkOptions } from '../model/check-options.ts'
import type { Windowed } from '../model/windowed.ts'
import type { KeyValue } from '../model/key-value.ts'
import type { ValueTransformer } from '../processor/table/ktable-transform-values.ts'
import { operator } from '../processor/processor-parameters.ts'
import { KTableToStream } from '../processor/table/ktable-to-stream.ts'
import type { GroupSelector } from '../processor/aggregate/ktable-repartition-map.ts'
import { internals, type AnyTable, type TableState } from './graph/state.ts'
import { streamOf, tableOf } from './handles.ts'
import { joinByForeignKey } from './joins/foreign-key-join.ts'
import { KGroupedTable } from './kgrouped-table.ts'
import type { KStream } from './kstream.ts'
import { tableOptions, type AnyMaterialized } from './aggregation/materialized.ts'
import type { GroupedAnew, Materialized, Named, TableJoined, Transformed } from './options.ts'
import * as optionNames from './option-names.ts'
import { addStreamOperator } from './operators/stream-operators.ts'
import { filterTable, mapTableValues } from './operators/table-derivations.ts'
import type { UntilTimeLimit, UntilWindowCloses } from './windows/suppressed.ts'
import { joinTables } from './joins/table-join.ts'
import { suppressTable } from './operators/table-suppress.ts'
import { transformTableValues } from './operators/table-transform.ts'

/** A table of final results of windows. A final result is never deleted, so the table's stream has no null. */
export interface FinalKTable<K, V> extends KTable<K, V> {
  /**
   * Turns the results into a stream: one record for each key and window.
   *
   * @example
   * counts.suppress(Suppressed.untilWindowCloses()).toStream().mapValues((count) => count + 1)
   */
  toStream(named?: Named): KStream<K, V>
}

type Joiner<K, V, VO, VR> = (left: V, right: VO, key: K) => VR | null
/** `UntilWindowCloses` for windowed keys. For other keys the type is a sentence, which the compiler's message shows. */
type FinalResultsOf<K> = [K] extends [Windowed<unknown>]
  ? UntilWindowCloses
  : 'untilWindowCloses needs a table with windowed keys'
type ForeignKey<K, V, KO> = (value: V, key: K) => KO | null

/**
 * A table: the current value of each key, and its changes (Java: `KTable`). A table has no null values: null deletes a key, and
 * only {@link KTable.toStream} shows it. A table has a store of its own if the user names one, or if a later operator needs one.
 */
export class KTable<K, V> {
  readonly [internals]: TableState

  constructor(state: TableState) {
    this[internals] = state
  }

  /** Name of the table's store. Undefined if the user gave no name. */
  get queryableStoreName(): string | undefined {
    return this[internals].queryableName
  }

  /**
   * Keeps the keys whose value matches. If a key's value no longer matches, the key is deleted.
   *
   * @example
   * const rich = balances.filter((balance) => balance > 1_000_000, { store: 'rich' })
   */
  filter<VS extends V, VR = VS>(predicate: (value: V, key: K) => value is VS, options?: Materialized<K, VS, VR>): KTable<K, VR>
  filter<VR = V>(predicate: (value: V, key: K) => boolean, options?: Materialized<K, V, VR>): KTable<K, VR>
  filter(predicate: (value: V, key: K) => boolean, options?: AnyMaterialized): KTable<K, never> {
    return tableOf(
      filterTable(this[internals], {
        predicate,
        keep: 'matching',
        ...tableOptions(options, { call: 'filter()', stored: 'table' }),
      }),
    )
  }

  /**
   * Keeps the keys whose value does not match.
   *
   * @example
   * const rest = balances.filterNot((balance) => balance > 1_000_000)
   */
  filterNot<VR = V>(predicate: (value: V, key: K) => boolean, options?: Materialized<K, V, VR>): KTable<K, VR> {
    return tableOf(
      filterTable(this[internals], {
        predicate,
        keep: 'others',
        ...tableOptions(options, { call: 'filterNot()', stored: 'table' }),
      }),
    )
  }

  /**
   * Maps each value. A result of null deletes the key. Without a store the mapper runs again whenever a value is looked up.
   *
   * @example
   * const names = users.mapValues((user) => user.name, { store: 'names', value: Serdes.string })
   */
  mapValues<VR>(mapper: (value: V, key: K) => VR | null, options?: Materialized<K, VR>): KTable<K, VR> {
    return tableOf(
      mapTableValues(this[internals], { mapper, ...tableOptions(options, { call: 'mapValues()', stored: 'table' }) }),
    )
  }

  /**
   * Transforms each value with a transformer that may use stores. The transformer is called with null for a deleted key. If the
   * new table has no store, a value is transformed again whenever it is looked up: the transformer must then return the same
   * result for the same value.
   *
   * @example
   * const lengths = users.transformValues(() => ({ transform: (user) => user?.name.length ?? null }))
   */
  transformValues<VR>(supplier: () => ValueTransformer<K, V, VR>, transformed?: Transformed<K, VR>): KTable<K, VR> {
    return tableOf(transformTableValues(this[internals], supplier, transformed))
  }

  /**
   * Holds changes back, so that fewer changes or only final results are forwarded. The buffer is in memory and has a changelog.
   * Joins with the new table do not see the changes in the buffer. Throws a `TopologyError` (`STREAMS_NOT_WINDOWED`) for
   * `untilWindowCloses` on a table that no windowed aggregation made.
   *
   * @example
   * clicks.groupByKey().windowedBy(TimeWindows.of({ sizeMs: 60_000 })).count().suppress(Suppressed.untilWindowCloses())
   */
  suppress(suppressed: UntilTimeLimit, named?: Named): KTable<K, V>
  suppress(suppressed: FinalResultsOf<K>, named?: Named): FinalKTable<K, V>
  suppress(suppressed: UntilTimeLimit | FinalResultsOf<K>, named?: Named): KTable<K, V> {
    checkOptions('suppress()', named, optionNames.named)
    return tableOf(suppressTable(this[internals], suppressed as UntilTimeLimit | UntilWindowCloses, named))
  }

  /**
   * Turns the table into a stream of its changes. The value is null for a deleted key.
   *
   * @example
   * users.toStream().filter((user) => user !== null)
   */
  toStream(named?: Named): KStream<K, V | null> {
    checkOptions('toStream()', named, optionNames.named)
    const { queryableName: _, operator: __, ...state } = this[internals]
    const stream = { ...state, needsRepartition: false }
    const processor = operator('toStream', KTableToStream)
    return streamOf(addStreamOperator(stream, { prefix: 'KTABLE-TOSTREAM-', named, processor }))
  }

  /**
   * Groups the rows by a new key, through a repartition topic. Both serdes of that topic must be given; `undefined` is the
   * application's default. A row is in no group if the selector returns null, or a null key or value.
   *
   * @example
   * const perCountry = users
   *   .groupBy((user, id) => ({ key: user.country, value: id }), { key: Serdes.string, value: Serdes.string })
   *   .count({ store: 'users-per-country' })
   */
  groupBy<KR, VG, VR = VG>(
    selector: (value: V, key: K) => KeyValue<KR | null, VG | null> | null,
    grouped: GroupedAnew<KR, VG, VR>,
  ): KGroupedTable<KR, VR> {
    checkOptions('groupBy()', grouped, optionNames.grouped)
    return new KGroupedTable(this[internals], selector as GroupSelector<never, never, KR, never>, grouped)
  }

  /**
   * Joins this table with another one by key or, with an extractor, by a foreign key in this table's values. A change of either
   * table updates the result. A key without a match has no result.
   *
   * @example
   * transfers.join(users, (transfer) => transfer.userId, (transfer, user) => ({ ...transfer, userName: user.name }))
   */
  join<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKeyExtractor: ForeignKey<K, V, KO>,
    joiner: Joiner<K, V, VO, VR>,
    options?: TableJoined<K, KO, VR>,
  ): KTable<K, VR>
  join<VO, VR>(other: KTable<K, VO>, joiner: Joiner<K, V, VO, VR>, options?: Materialized<K, VR>): KTable<K, VR>
  join(other: AnyTable, ...rest: readonly unknown[]): KTable<K, never> {
    if (typeof rest[1] === 'function') return tableOf(joinByForeignKey(this[internals], other[internals], 'inner', rest))
    return tableOf(joinTables(this[internals], other[internals], 'inner', rest))
  }

  /**
   * As {@link KTable.join}, but a key of this table without a match is joined with null.
   *
   * @example
   * const both = balances.leftJoin(users, (balance, user) => `${user?.name ?? 'nobody'}: ${balance}`, { value: Serdes.string })
   */
  leftJoin<KO, VO, VR>(
    other: KTable<KO, VO>,
    foreignKeyExtractor: ForeignKey<K, V, KO>,
    joiner: Joiner<K, V, VO | null, VR>,
    options?: TableJoined<K, KO, VR>,
  ): KTable<K, VR>
  leftJoin<VO, VR>(other: KTable<K, VO>, joiner: Joiner<K, V, VO | null, VR>, options?: Materialized<K, VR>): KTable<K, VR>
  leftJoin(other: AnyTable, ...rest: readonly unknown[]): KTable<K, never> {
    if (typeof rest[1] === 'function') return tableOf(joinByForeignKey(this[internals], other[internals], 'left', rest))
    return tableOf(joinTables(this[internals], other[internals], 'left', rest))
  }

  /**
   * As {@link KTable.join} by key, but a key of either table without a match is joined with null.
   *
   * @example
   * const either = balances.outerJoin(users, (balance, user) => user?.name ?? String(balance), { value: Serdes.string })
   */
  outerJoin<VO, VR>(
    other: KTable<K, VO>,
    joiner: Joiner<K, V | null, VO | null, VR>,
    options?: Materialized<K, VR>,
  ): KTable<K, VR> {
    return tableOf(joinTables(this[internals], other[internals], 'outer', [joiner, options]))
  }
}
