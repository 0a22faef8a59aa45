import { operator, type ProcessorParameters } from '../../processor/processor-parameters.ts'
import { ForeignTableJoin } from '../../processor/foreign-key-join/foreign-table-join.ts'
import { ResponseJoin, type ResponseJoinOptions } from '../../processor/foreign-key-join/response-join.ts'
import { nullableForeignKeySerde } from '../../processor/foreign-key-join/nullable-foreign-key-serde.ts'
import { SubscriptionJoin } from '../../processor/foreign-key-join/subscription-join.ts'
import { SubscriptionReceive } from '../../processor/foreign-key-join/subscription-receive.ts'
import { subscriptionResponseWrapperSerde } from '../../processor/foreign-key-join/subscription-response-wrapper.ts'
import { SubscriptionSend, type SubscriptionSendOptions } from '../../processor/foreign-key-join/subscription-send.ts'
import { subscriptionWrapperSerde } from '../../processor/foreign-key-join/subscription-wrapper.ts'
import { KTableSource } from '../../processor/table/ktable-source.ts'
import { bytesSerde } from '../../serde/basic-serdes.ts'
import type { KeyValueStoreSpec } from '../../state/store-spec.ts'
import { byKey, toAskingPartition } from './foreign-key-partitioners.ts'
import { GraphNode } from '../graph/graph.ts'
import { erased, type TableState } from '../graph/state.ts'
import {
  materialize,
  tableOptions,
  tableSpec,
  versionsOf,
  type AnyMaterialized,
  type MaterializedOptions,
} from '../aggregation/materialized.ts'
import * as optionNames from '../option-names.ts'
import type { TableJoined } from '../options.ts'
import { lateUpdatesOf, tableSourceOperator } from '../operators/table-operators.ts'
import { joinMethod } from './join-method.ts'

type Kind = 'inner' | 'left'

/** A foreign-key join that is being added: its tables, lambdas and options, and its registration topic. */
interface ForeignKeyJoin {
  readonly left: TableState
  readonly right: TableState
  readonly kind: Kind
  readonly extractor: SubscriptionSendOptions<unknown, unknown, unknown>['foreignKeyExtractor']
  readonly joiner: ResponseJoinOptions<unknown, unknown, unknown, unknown>['joiner']
  readonly tableJoined: Pick<TableJoined<never, never, never>, 'partitioner' | 'otherPartitioner'> & AnyMaterialized
  readonly registrationTopic: string
}

/**
 * Joins two tables by a foreign key (KIP-213). Each row of the left table subscribes to its foreign key, through a topic that is
 * partitioned like the right table. Each answer comes back through a topic that is partitioned like the left table. The last
 * parameter holds the arguments of {@link KTable.join} that follow the table.
 *
 * Names are generated in the same order as in Java.
 */
export function joinByForeignKey(
  left: TableState,
  right: TableState,
  kind: Kind,
  [extractor, joiner, bag]: readonly unknown[],
): TableState {
  const tableJoined = (bag ?? {}) as ForeignKeyJoin['tableJoined']
  const { materialized } = tableOptions(tableJoined, {
    call: `${joinMethod(kind)}()`,
    stored: 'table',
    known: optionNames.tableJoined,
  })
  right.operator.sendOldValues('materialize')
  left.operator.sendOldValues('materialize')
  const prefix = 'KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-'
  const registrationTopic = `${left.builder.graph.suffixedNameOr(tableJoined, '-subscription-registration', prefix)}-topic`
  const join: ForeignKeyJoin = {
    left,
    right,
    kind,
    extractor: extractor as ForeignKeyJoin['extractor'],
    joiner: joiner as ForeignKeyJoin['joiner'],
    tableJoined,
    registrationTopic,
  }
  const subscribed = addSubscription(join)
  const answers = addLookups(join, subscribed)
  const { resolver, sources } = addResponse(join, answers)
  return addResult(join, resolver, sources, materialized)
}

function nameOf({ left, tableJoined }: ForeignKeyJoin, suffix: string, prefix: string): string {
  return left.builder.graph.suffixedNameOr(tableJoined, suffix, prefix)
}

function serdesOf({ left, right, registrationTopic }: ForeignKeyJoin) {
  return { registrationTopic, primaryKey: left.key, foreignKey: right.key }
}

function wrapperSerde({ left, registrationTopic }: ForeignKeyJoin) {
  return erased(subscriptionWrapperSerde({ primaryKey: left.key, registrationTopic }))
}

/** A node of one processor. `stores` are the names of stores that it shares with other processors. */
function processorNode(name: string, processor: () => ProcessorParameters, stores: readonly string[] = []): GraphNode {
  return new GraphNode({
    name,
    write: (topology, { parentNames }) => {
      topology.addProcessor({ name, processor: processor(), parents: parentNames })
      topology.connect(name, stores)
    },
  })
}

/** Sends the left table's changes through the registration topic, as subscriptions. Returns the source that reads them. */
function addSubscription(join: ForeignKeyJoin): GraphNode {
  const { left, right, kind, extractor, tableJoined, registrationTopic: topic } = join
  const { graph } = left.builder
  graph.addInternalTopic(topic, { partitions: undefined })
  const sendOptions = { kind, serdes: serdesOf(join), value: left.value, foreignKeyExtractor: extractor }
  const sendName = nameOf(join, '-subscription-registration-processor', 'KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-')
  const send = graph.add(
    [left.node],
    processorNode(sendName, () =>
      operator(joinMethod(join.kind), SubscriptionSend, { ...sendOptions, lateUpdates: lateUpdatesOf(left) }),
    ),
  )
  const sinkName = nameOf(join, '-subscription-registration-sink', 'KTABLE-SINK-')
  // In a left join a row without foreign key subscribes with a null key.
  const serdes = { key: erased(nullableForeignKeySerde(right.key)), value: wrapperSerde(join) }
  const sink = new GraphNode({
    name: sinkName,
    write: (topology, { parentNames: parents }) =>
      topology.addSink({
        name: sinkName,
        method: joinMethod(join.kind),
        topic,
        ...serdes,
        ...byKey(tableJoined.otherPartitioner),
        parents,
      }),
  })
  graph.add([send], sink)
  const sourceName = nameOf(join, '-subscription-registration-source', 'KTABLE-SOURCE-')
  const source = new GraphNode({
    name: sourceName,
    write: (topology) => topology.addSource({ name: sourceName, method: joinMethod(join.kind), topics: [topic], ...serdes }),
  })
  graph.add([sink], source)
  graph.copartition(new Set([...right.sources, sourceName]))
  return source
}

/**
 * Adds the two ways to an answer: a subscription looks up the right row, and a change of a right row looks up its subscriptions.
 */
function addLookups(join: ForeignKeyJoin, subscribed: GraphNode): readonly [GraphNode, GraphNode] {
  const { right } = join
  const { graph } = right.builder
  const storeName = nameOf(join, '-subscription-store', 'KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE-')
  const spec = subscriptionStore(storeName, wrapperSerde(join))
  graph.addSource(new GraphNode({ name: storeName, write: (topology) => topology.addStateStore(spec) }))
  const options = { storeName, serdes: serdesOf(join) }
  const processorPrefix = 'KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-'
  const receiveName = nameOf(join, '-subscription-receive', processorPrefix)
  const receive = processorNode(receiveName, () => operator(joinMethod(join.kind), SubscriptionReceive, options), [storeName])
  graph.add([subscribed], receive)
  const foreignTable = right.operator.valueGetter()
  const lookUpName = nameOf(join, '-subscription-join-foreign', processorPrefix)
  const lookUp = processorNode(
    lookUpName,
    () => operator(joinMethod(join.kind), SubscriptionJoin, { foreignTable }),
    foreignTable.storeNames,
  )
  graph.add([receive], lookUp)
  const changedName = nameOf(join, '-foreign-join-subscription', processorPrefix)
  const answerAll = (): ProcessorParameters =>
    operator(joinMethod(join.kind), ForeignTableJoin, { ...options, lateUpdates: lateUpdatesOf(right) })
  const changed = processorNode(changedName, answerAll, [storeName])
  graph.add([right.node], changed)
  return [lookUp, changed]
}

/** Sends the answers through the response topic, and joins each with the left row that subscribed. */
function addResponse(join: ForeignKeyJoin, answers: readonly GraphNode[]) {
  const { left, right, kind, joiner, tableJoined, registrationTopic } = join
  const { graph } = left.builder
  const topic = `${nameOf(join, '-subscription-response', 'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-')}-topic`
  graph.addInternalTopic(topic, { partitions: undefined })
  const serdes = { key: left.key, value: erased(subscriptionResponseWrapperSerde(right.value)) }
  const partitioning = { partitioner: toAskingPartition, ...byKey(tableJoined.partitioner) }
  const sinkName = nameOf(join, '-subscription-response-sink', 'KTABLE-SINK-')
  const sink = new GraphNode({
    name: sinkName,
    write: (topology, { parentNames: parents }) =>
      topology.addSink({ name: sinkName, method: joinMethod(join.kind), topic, ...serdes, ...partitioning, parents }),
  })
  graph.add(answers, sink)
  const sourceName = nameOf(join, '-subscription-response-source', 'KTABLE-SOURCE-')
  const source = new GraphNode({
    name: sourceName,
    write: (topology) => topology.addSource({ name: sourceName, method: joinMethod(join.kind), topics: [topic], ...serdes }),
  })
  graph.add([sink], source)
  const sources = new Set([...left.sources, sourceName])
  graph.copartition(sources)
  const table = left.operator.valueGetter()
  const options = { kind, table, registrationTopic, value: left.value, joiner }
  const name = nameOf(join, '-subscription-response-resolver', 'KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-')
  const resolver = processorNode(name, () => operator(joinMethod(join.kind), ResponseJoin, options), table.storeNames)
  return { resolver: graph.add([source], resolver), sources }
}

function addResult(
  join: ForeignKeyJoin,
  resolver: GraphNode,
  sources: ReadonlySet<string>,
  materialized: MaterializedOptions | undefined,
): TableState {
  const { builder, key } = join.left
  const name = nameOf(join, '-result', 'KTABLE-FK-JOIN-OUTPUT-')
  const store = materialize(builder.graph, materialized, 'KTABLE-FK-JOIN-OUTPUT-', { key })
  const table = tableSourceOperator(store)
  const node = new GraphNode({
    name,
    versions: versionsOf(store.options),
    write: (topology, { parentNames }) => {
      topology.addProcessor({
        name,
        processor: operator(joinMethod(join.kind), KTableSource, table.settings()),
        parents: parentNames,
      })
      if (table.settings().storeName !== undefined) topology.addStateStore(tableSpec(store), [name])
    },
  })
  builder.graph.add([resolver], node)
  return {
    builder,
    name,
    node,
    key,
    value: store.value,
    sources,
    queryableName: store.queryableName,
    operator: table,
  }
}

function subscriptionStore(name: string, value: ReturnType<typeof wrapperSerde>): KeyValueStoreSpec<unknown, unknown> {
  return {
    kind: 'key-value',
    values: 'timestamped',
    name,
    key: erased(bytesSerde),
    value,
    medium: 'default',
    caching: 'disabled',
    changelog: { config: {} },
    changelogHeaders: 'record',
  }
}
