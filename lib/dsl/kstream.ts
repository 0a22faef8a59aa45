import type { NotPromise } from '../model/promise-like.ts'
import type { KeyValue } from '../model/key-value.ts'
import { checkOptions } from '../model/check-options.ts'
import { operator, supplied, type ProcessorParameters } from '../processor/processor-parameters.ts'
import type { ProcessorSupplier } from '../processor/processor.ts'
import { KStreamFilter } from '../processor/stateless/kstream-filter.ts'
import { KStreamFlatMap } from '../processor/stateless/kstream-flat-map.ts'
import { KStreamFlatMapValues } from '../processor/stateless/kstream-flat-map-values.ts'
import { KStreamMap } from '../processor/stateless/kstream-map.ts'
import { KStreamMapValues } from '../processor/stateless/kstream-map-values.ts'
import { KStreamPeek } from '../processor/stateless/kstream-peek.ts'
import { KStreamSelectKey } from '../processor/stateless/kstream-select-key.ts'
import { PassThrough } from '../processor/stateless/pass-through.ts'
import type { DynamicTopic, SinkTopic } from '../topology/topic-ref.ts'
import { BranchedKStream } from './branched-kstream.ts'
import { GlobalKTable } from './global-ktable.ts'
import type { NodeChanges } from './graph/graph.ts'
import { erased, internals, union, type AnyTable, type StreamState } from './graph/state.ts'
import type { JoinWindows } from './windows/join-windows.ts'
import { streamOf, tableOf } from './handles.ts'
import { KGroupedStream } from './kgrouped-stream.ts'
import type { KTable } from './ktable.ts'
import * as optionNames from './option-names.ts'
import type * as options from './options.ts'
import { afterRepartition, repartitionNode } from './graph/repartition.ts'
import { addSink } from './operators/sink.ts'
import { joinStreams } from './joins/stream-join.ts'
import { joinGlobalTable, joinTable } from './joins/stream-table-join.ts'
import { addPrinter, addProcess, addStreamOperator } from './operators/stream-operators.ts'
import { streamToTable } from './operators/stream-to-table.ts'

/** The type of a value without null: the operator drops records whose value is null. */
export type Present<V> = Exclude<V, null>

/**
 * A stream of records (Java: `KStream`). Every operator returns a new stream and leaves this one as it is. The types K and V
 * follow from the topics' serdes and the lambdas. V includes null only if a serde is nullable, or if the stream shows the deletes
 * of a table.
 */
export class KStream<K, V> {
  readonly [internals]: StreamState

  constructor(state: StreamState) {
    this[internals] = state
  }

  /**
   * Keeps the records that match.
   *
   * @example
   * const large = orders.filter((order) => order.amount > 100)
   */
  filter<VS extends V>(predicate: (value: V, key: K) => value is VS, named?: options.Named): KStream<K, VS>
  filter(predicate: (value: V, key: K) => boolean, named?: options.Named): KStream<K, V>
  filter(predicate: (value: V, key: K) => boolean, named?: options.Named): KStream<K, never> {
    const filter = operator('filter', KStreamFilter<K, V>, { predicate, keep: 'matching' })
    return this.#operator('KSTREAM-FILTER-', filter, {}, named)
  }

  /**
   * Keeps the records that do not match.
   *
   * @example
   * const real = orders.filterNot((order) => order.customer === 'test')
   */
  filterNot<VS extends V>(predicate: (value: V, key: K) => value is VS, named?: options.Named): KStream<K, Exclude<V, VS>>
  filterNot(predicate: (value: V, key: K) => boolean, named?: options.Named): KStream<K, V>
  filterNot(predicate: (value: V, key: K) => boolean, named?: options.Named): KStream<K, never> {
    const filter = operator('filterNot', KStreamFilter<K, V>, { predicate, keep: 'others' })
    return this.#operator('KSTREAM-FILTER-', filter, {}, named)
  }

  /**
   * Sets a new key for each record. A later stateful operator gets the records through a repartition topic.
   *
   * @example
   * const byCustomer = orders.selectKey((order) => order.customer)
   */
  selectKey<KR>(mapper: (value: V, key: K) => KR, named?: options.Named): KStream<KR, V> {
    const selectKey = operator('selectKey', KStreamSelectKey<K, V, KR>, { mapper })
    return this.#operator('KSTREAM-KEY-SELECT-', selectKey, { key: undefined, needsRepartition: true }, named)
  }

  /**
   * Maps each record to one new record. If the key stays the same, use `mapValues`: it causes no repartition.
   *
   * @example
   * const amounts = orders.map((order) => ({ key: order.customer, value: order.amount }))
   */
  map<KR, VR>(mapper: (value: V, key: K) => KeyValue<KR, VR>, named?: options.Named): KStream<KR, VR> {
    return this.#operator('KSTREAM-MAP-', operator('map', KStreamMap<K, V, KR, VR>, { mapper }), rekeyed, named)
  }

  /**
   * Sets a new value for each record. The mapper is also called for null values.
   *
   * @example
   * const amounts = orders.mapValues((order) => order.amount)
   */
  mapValues<VR>(mapper: (value: V, key: K) => VR, named?: options.Named): KStream<K, VR> {
    const mapValues = operator('mapValues', KStreamMapValues<K, V, VR>, { mapper })
    return this.#operator('KSTREAM-MAPVALUES-', mapValues, { value: undefined }, named)
  }

  /**
   * Maps each record to any number of new records, which are forwarded in the order of the list. If the key stays the same, use
   * `flatMapValues`: it causes no repartition.
   *
   * @example
   * const items = orders.flatMap((order) => order.items.map((item) => ({ key: item, value: order.customer })))
   */
  flatMap<KR, VR>(mapper: (value: V, key: K) => Iterable<KeyValue<KR, VR>>, named?: options.Named): KStream<KR, VR> {
    return this.#operator('KSTREAM-FLATMAP-', operator('flatMap', KStreamFlatMap<K, V, KR, VR>, { mapper }), rekeyed, named)
  }

  /**
   * Maps each value to any number of new values, which are forwarded in the order of the list. The key stays the same.
   *
   * @example
   * const items = orders.flatMapValues((order) => order.items)
   */
  flatMapValues<VR>(mapper: (value: V, key: K) => Iterable<VR>, named?: options.Named): KStream<K, VR> {
    const flatMapValues = operator('flatMapValues', KStreamFlatMapValues<K, V, VR>, { mapper })
    return this.#operator('KSTREAM-FLATMAPVALUES-', flatMapValues, { value: undefined }, named)
  }

  /**
   * Calls the action for each record, and passes the record on. The action must not change the record.
   *
   * @example
   * const seen = orders.peek((order, key) => console.log(key, order.amount))
   */
  peek(action: (value: V, key: K) => NotPromise, named?: options.Named): KStream<K, V> {
    return this.#operator('KSTREAM-PEEK-', operator('peek', KStreamPeek<K, V>, { action }), {}, named)
  }

  /**
   * Calls the action for each record. The stream ends here.
   *
   * @example
   * orders.foreach((order, key) => console.log(key, order.amount))
   */
  foreach(action: (value: V, key: K) => NotPromise, named?: options.Named): void {
    this.#operator('KSTREAM-FOREACH-', operator('foreach', KStreamPeek<K, V>, { action }), {}, named)
  }

  /**
   * Writes a line for each record: `[label]: key, value`.
   *
   * @example
   * orders.print({ label: 'orders', format: (order, key) => `${key}: ${order.amount}` })
   */
  print(printed: options.Printed<K, V> = {}): void {
    checkOptions('print()', printed, optionNames.printed)
    addPrinter(this[internals], printed as options.Printed<never, never>)
  }

  /**
   * Sends each record to the first branch whose predicate it matches.
   *
   * @example
   * const branches = stream.split({ name: 'size-' }).branch((n) => n > 9, { name: 'large' }).defaultBranch({ name: 'small' })
   * branches.get('size-large')
   */
  split(named?: options.Named): BranchedKStream<K, V> {
    checkOptions('split()', named, optionNames.named)
    return new BranchedKStream(this, named)
  }

  /**
   * Merges two streams into one. The order between records of the two streams is not defined.
   *
   * @example
   * const all = orders.merge(oldOrders)
   */
  merge<KO, VO>(stream: KStream<KO, VO>, named?: options.Named): KStream<K | KO, V | VO> {
    checkOptions('merge()', named, optionNames.named)
    const [left, right] = [this[internals], stream[internals]]
    const state = addStreamOperator(left, {
      prefix: 'KSTREAM-MERGE-',
      named,
      processor: operator('merge', PassThrough),
      parents: [left.node, right.node],
      kind: 'merge',
      changes: {
        key: undefined,
        value: undefined,
        sources: union(left.sources, right.sources),
        needsRepartition: left.needsRepartition || right.needsRepartition,
      },
    })
    return streamOf(state)
  }

  /**
   * Writes the records to an internal topic and reads them back, partitioned by key. Records without key are dropped.
   *
   * @example
   * const spread = orders.selectKey((order) => order.customer).repartition({ name: 'by-customer', key: Serdes.string, partitions: 12 })
   */
  repartition<VR = V>(repartitioned: options.Repartitioned<K, V, VR> = {}): KStream<K, VR> {
    checkOptions('repartition()', repartitioned, optionNames.repartitioned)
    const state = this[internals]
    const { graph } = state.builder
    const chosen = {
      method: 'repartition',
      name: repartitioned.name ?? graph.newProcessorName('KSTREAM-REPARTITION-'),
      key: erased(repartitioned.key) ?? state.key,
      value: erased(repartitioned.value) ?? state.value,
      partitions: repartitioned.partitions,
      partitioner: repartitioned.partitioner,
      merged: 'never' as const,
    }
    const node = graph.add([state.node], repartitionNode(graph, chosen))
    return streamOf(afterRepartition(state, node, chosen))
  }

  /**
   * Writes the records to a topic, or each record to the topic that `topicName` returns for it. A null value is a tombstone,
   * whatever the serde.
   *
   * @example
   * orders.to(ordersTopic)
   * orders.to({ topicName: (order) => (order.amount > 100 ? 'large-orders' : 'small-orders') })
   */
  to(topic: SinkTopic<K, Present<V>> | DynamicTopic<K, V>, produced: options.Produced<K, V> = {}): void {
    addSink(this[internals], topic, produced)
  }

  /**
   * Takes the records as updates of a table: a null value deletes its key. Records without key are dropped.
   *
   * @example
   * const latest = orders.toTable({ store: 'latest-orders' })
   */
  toTable<VR = Present<V>>(materialized?: options.Materialized<K, Present<V>, VR>): KTable<K, VR> {
    return tableOf(streamToTable(this[internals], materialized))
  }

  /**
   * Groups the records by their present key. The serdes of `grouped` serve the repartition topic, which is needed if the key has
   * changed before.
   *
   * @example
   * const perKey = orders.groupByKey().count()
   */
  groupByKey<VR = V>(grouped: options.Grouped<K, V, VR> = {}): KGroupedStream<K, VR> {
    checkOptions('groupByKey()', grouped, optionNames.grouped)
    return new KGroupedStream(this[internals], grouped, 'groupByKey')
  }

  /**
   * Groups the records by a new key, through a repartition topic. Both serdes of that topic must be given. For the key,
   * `undefined` is the application's default serde. For the value, `undefined` is the stream's serde if it still has one, else
   * the application's default.
   *
   * @example
   * const perCustomer = orders.groupBy((order) => order.customer, { key: Serdes.string, value: undefined }).count()
   */
  groupBy<KR, VR = V>(selector: (value: V, key: K) => KR, grouped: options.GroupedAnew<KR, V, VR>): KGroupedStream<KR, VR> {
    const selectKey = operator('groupBy', KStreamSelectKey<K, V, KR>, { mapper: selector })
    const changes = { key: undefined, needsRepartition: true }
    checkOptions('groupBy()', grouped, optionNames.grouped)
    const selected = this.#operator<KR, V>('KSTREAM-KEY-SELECT-', selectKey, changes, { name: grouped.name })
    return new KGroupedStream(selected[internals], grouped, 'groupBy')
  }

  /**
   * With a stream: joins each record with the records of the same key and about the same time; see {@link JoinWindows}. With a
   * table: joins each record with the row of the same key. With a global table: joins each record with the row of the key that
   * the selector returns. Records without a match are dropped, and so are records without key or value.
   *
   * @example
   * clicks.join(views, (click, view) => ({ ...view, ...click }), JoinWindows.of({ timeDifferenceMs: 60_000 }))
   */
  join<VO, VR, VS = V, VOS = VO>(
    stream: KStream<K, VO>,
    joiner: (left: Present<V | VS>, right: Present<VO | VOS>, key: K) => VR,
    windows: JoinWindows,
    streamJoined?: options.StreamJoined<K, Present<V>, Present<VO>, VS, VOS>,
  ): KStream<K, VR>
  join<VT, VR>(
    table: KTable<K, VT>,
    joiner: (left: Present<V>, right: VT, key: K) => VR,
    joined?: options.Joined<K, V>,
  ): KStream<K, VR>
  join<KG, VG, VR>(
    table: GlobalKTable<KG, VG>,
    keySelector: (value: Present<V>, key: K) => KG | null,
    joiner: (left: Present<V>, right: VG, key: K, tableKey: KG) => VR,
    named?: options.Named,
  ): KStream<K, VR>
  join(other: object, ...rest: readonly unknown[]): KStream<K, never> {
    return this.#join(other, 'inner', rest)
  }

  /**
   * As {@link KStream.join}, but a record without a match is joined with null, even if it has no key. In a join with a stream, a
   * record may get a match until its window and grace have passed: the result with null comes with the next record of the
   * partition after that.
   *
   * @example
   * const named = orders.leftJoin(users, (order, user) => ({ ...order, name: user?.name ?? null }))
   */
  leftJoin<VO, VR, VS = V, VOS = VO>(
    stream: KStream<K, VO>,
    joiner: (left: Present<V | VS>, right: Present<VO | VOS> | null, key: K) => VR,
    windows: JoinWindows,
    streamJoined?: options.StreamJoined<K, Present<V>, Present<VO>, VS, VOS>,
  ): KStream<K, VR>
  leftJoin<VT, VR>(
    table: KTable<K, VT>,
    joiner: (left: Present<V>, right: VT | null, key: K) => VR,
    joined?: options.Joined<K, V>,
  ): KStream<K, VR>
  leftJoin<KG, VG, VR>(
    table: GlobalKTable<KG, VG>,
    keySelector: (value: Present<V>, key: K) => KG | null,
    joiner: (left: Present<V>, right: VG | null, key: K, tableKey: KG | null) => VR,
    named?: options.Named,
  ): KStream<K, VR>
  leftJoin(other: object, ...rest: readonly unknown[]): KStream<K, never> {
    return this.#join(other, 'left', rest)
  }

  /**
   * As {@link KStream.leftJoin} with a stream, but records of both streams are joined with null if they have no match.
   *
   * @example
   * const paid = orders.outerJoin(payments, (order, payment) => order?.amount === payment?.amount, JoinWindows.of({ timeDifferenceMs: 60_000 }))
   */
  outerJoin<VO, VR, VS = V, VOS = VO>(
    stream: KStream<K, VO>,
    joiner: (left: Present<V | VS> | null, right: Present<VO | VOS> | null, key: K) => VR,
    windows: JoinWindows,
    streamJoined?: options.StreamJoined<K, Present<V>, Present<VO>, VS, VOS>,
  ): KStream<K, VR> {
    return streamOf(joinStreams(this[internals], stream[internals], 'outer', [joiner, windows, streamJoined]))
  }

  /**
   * Runs a processor of your own, which may use stores and punctuation. It may change the key, so a later stateful operator gets
   * the records through a repartition topic.
   *
   * @example
   * const seen = keyValueStore('seen', { key: Serdes.string, value: Serdes.boolean })
   * const first = orders.process(
   *   () => ({
   *     process(record, context: ProcessorContext<string, Order>) {
   *       if (context.stateStore(seen).putIfAbsent(record.key, true) === null) context.forward(record)
   *     },
   *   }),
   *   { stores: [seen] },
   * )
   */
  process<KR, VR>(supplier: ProcessorSupplier<K, V, KR, VR>, processed: options.Processed = {}): KStream<KR, VR> {
    checkOptions('process()', processed, optionNames.processed)
    const state = addProcess(
      this[internals],
      { prefix: 'KSTREAM-PROCESSOR-', processor: supplied('process', supplier), nodeChanges: 'unnoticed key' },
      processed,
    )
    return streamOf({ ...state, ...rekeyed })
  }

  /**
   * As {@link KStream.process}, for processors that keep the key of each record: they cause no repartition.
   *
   * @example
   * const aged = orders.processValues(() => ({
   *   process(record, context: ProcessorContext<string, number>) {
   *     context.forward({ ...record, value: context.currentStreamTimeMs() - record.timestamp })
   *   },
   * }))
   */
  processValues<VR>(supplier: ProcessorSupplier<K, V, K, VR>, processed: options.Processed = {}): KStream<K, VR> {
    checkOptions('processValues()', processed, optionNames.processed)
    const state = addProcess(
      this[internals],
      { prefix: 'KSTREAM-PROCESSVALUES-', processor: supplied('processValues', supplier), nodeChanges: 'unnoticed value' },
      processed,
    )
    return streamOf({ ...state, value: undefined })
  }

  #join(other: object, kind: 'inner' | 'left', rest: readonly unknown[]): KStream<K, never> {
    if (other instanceof KStream) return streamOf(joinStreams(this[internals], streamStateOf(other), kind, rest))
    if (other instanceof GlobalKTable) return streamOf(joinGlobalTable(this[internals], other[internals].getter, kind, rest))
    return streamOf(joinTable(this[internals], (other as AnyTable)[internals], kind, rest))
  }

  #operator<KR, VR>(
    prefix: string,
    processor: ProcessorParameters,
    changes: Partial<StreamState>,
    named: options.Named | undefined,
  ): KStream<KR, VR> {
    checkOptions(`${processor.method}()`, named, optionNames.named)
    const state = this[internals]
    return streamOf(addStreamOperator(state, { prefix, named, processor, changes, nodeChanges: nodeChangesOf(changes) }))
  }
}

function streamStateOf(stream: { readonly [internals]: StreamState }): StreamState {
  return stream[internals]
}

/** An operator that changes keys or values also resets the stream's serde for them, so the reset serdes show what it changes. */
function nodeChangesOf(changes: Partial<StreamState>): NodeChanges | undefined {
  if ('key' in changes) return 'key'
  return 'value' in changes ? 'value' : undefined
}

const rekeyed: Partial<StreamState> = { key: undefined, value: undefined, needsRepartition: true }
