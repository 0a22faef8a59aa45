import { operator } from '../../processor/processor-parameters.ts'
import { joinedGetter, KTableKTableJoin, type RowNeed, type TableJoiner } from '../../processor/table-join/ktable-ktable-join.ts'
import { KTableKTableJoinMerger } from '../../processor/table-join/ktable-ktable-join-merger.ts'
import { materializedGetter } from '../../processor/table/ktable-value-getter.ts'
import { GraphNode } from '../graph/graph.ts'
import { union, type TableState } from '../graph/state.ts'
import { materialize, tableOptions, tableSpec, versionsOf, type AnyMaterialized } from '../aggregation/materialized.ts'
import { lateUpdatesOf, type TableOperatorWithSettings } from '../operators/table-operators.ts'
import { joinMethod, type JoinKind } from './join-method.ts'

type AnyJoiner = TableJoiner<unknown, unknown, unknown, unknown>

interface Sides {
  readonly left: TableState
  readonly right: TableState
  readonly leftSide: RowNeed
  readonly rightSide: RowNeed
  readonly joiner: AnyJoiner
  readonly nodeName: string
  readonly storeName: string | undefined
}

/**
 * Joins two tables by key. The last parameter holds the arguments of {@link KTable.join} that follow the table: joiner, options.
 */
export function joinTables(left: TableState, right: TableState, kind: JoinKind, [joiner, bag]: readonly unknown[]): TableState {
  const { graph } = left.builder
  const method = joinMethod(kind)
  const { name: given, materialized: options } = tableOptions(bag as AnyMaterialized | undefined, {
    call: `${method}()`,
    stored: 'table',
  })
  const join = { name: given }
  const store = options === undefined ? undefined : materialize(graph, options, 'KTABLE-MERGE-', { key: left.key })
  const name = graph.nameOr(join, 'KTABLE-MERGE-')
  const sources = union(left.sources, right.sources)
  graph.copartition(sources)
  const leftSide = kind === 'outer' ? 'optional' : 'required'
  const rightSide = kind === 'inner' ? 'required' : 'optional'
  if (rightSide === 'optional') left.operator.sendOldValues('materialize')
  if (leftSide === 'optional') right.operator.sendOldValues('materialize')
  const sides: Sides = { left, right, leftSide, rightSide, joiner: joiner as AnyJoiner, nodeName: name, storeName: store?.name }
  const [leftGetter, rightGetter] = [left.operator.valueGetter(), right.operator.valueGetter()]
  const table = joinOperator(sides)
  const thisName = graph.suffixedNameOr(join, '-join-this', 'KTABLE-JOINTHIS-')
  const otherName = graph.suffixedNameOr(join, '-join-other', 'KTABLE-JOINOTHER-')
  const thisOptions = { table: 'left', thisSide: leftSide, otherSide: rightSide, other: rightGetter } as const
  const otherOptions = { table: 'right', thisSide: rightSide, otherSide: leftSide, other: leftGetter } as const
  const node = new GraphNode({
    name,
    versions: versionsOf(options ?? {}),
    write: (topology) => {
      const { oldValues, storeName } = table.settings()
      const shared = { joiner: sides.joiner, oldValues }
      const thisJoin = operator(method, KTableKTableJoin, { ...thisOptions, ...shared, lateUpdates: lateUpdatesOf(left) })
      const otherJoin = operator(method, KTableKTableJoin, { ...otherOptions, ...shared, lateUpdates: lateUpdatesOf(right) })
      topology.addProcessor({ name: thisName, processor: thisJoin, parents: [left.name] })
      topology.addProcessor({ name: otherName, processor: otherJoin, parents: [right.name] })
      const merger = operator(method, KTableKTableJoinMerger, { storeName, oldValues })
      topology.addProcessor({ name, processor: merger, parents: [thisName, otherName] })
      topology.connect(thisName, rightGetter.storeNames)
      topology.connect(otherName, leftGetter.storeNames)
      if (store !== undefined) topology.addStateStore(tableSpec(store), [name])
    },
  })
  graph.add([left.node, right.node], node)
  const key = store?.key ?? left.key
  const state = { builder: left.builder, name, node, key, value: store?.value, sources, operator: table }
  return { ...state, queryableName: store?.name }
}

/** A join computes its own old values from those of both sides, so both sides must send theirs. */
function joinOperator({ left, right, storeName, ...sides }: Sides): TableOperatorWithSettings {
  let oldValues: 'send' | 'omit' = 'omit'
  return {
    settings: () => ({ storeName, oldValues }),
    valueGetter: () => {
      if (storeName !== undefined) return materializedGetter(storeName)
      return joinedGetter({ ...sides, left: left.operator.valueGetter(), right: right.operator.valueGetter() })
    },
    sendOldValues: () => {
      left.operator.sendOldValues('materialize')
      right.operator.sendOldValues('materialize')
      oldValues = 'send'
      return true
    },
  }
}
