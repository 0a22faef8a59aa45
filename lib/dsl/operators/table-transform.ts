import { checkSupplier, operator } from '../../processor/processor-parameters.ts'
import { KTableTransformValues, transformedGetter, type ValueTransformer } from '../../processor/table/ktable-transform-values.ts'
import { GraphNode } from '../graph/graph.ts'
import { erased, type TableState } from '../graph/state.ts'
import { materialize, tableOptions, tableSpec, versionsOf, type AnyMaterialized } from '../aggregation/materialized.ts'
import * as optionNames from '../option-names.ts'
import type { Transformed } from '../options.ts'
import { derivedOperator, type AnyGetter } from './table-operators.ts'

type AnyTransformer = ValueTransformer<unknown, unknown, unknown>

/**
 * Transforms a table's values. A store is made only if the user names it. Unlike with other operators, store options without a
 * name do not advance the counter of generated names.
 */
export function transformTableValues<K, V, VR>(
  parent: TableState,
  supplier: () => ValueTransformer<K, V, VR>,
  options: Pick<Transformed<unknown, unknown>, 'stores'> & AnyMaterialized = {},
): TableState {
  checkSupplier('transformValues', supplier)
  const { stores = [] } = options
  const call = { call: 'transformValues()', stored: 'table', known: optionNames.transformed } as const
  const { name: given, materialized } = tableOptions(options, call)
  const { graph } = parent.builder
  const transformer = supplier as unknown as () => AnyTransformer
  const prefix = 'KTABLE-TRANSFORMVALUES-'
  const isStored = materialized?.name !== undefined
  const store = isStored ? materialize(graph, materialized, prefix, { key: parent.key }) : undefined
  const name = graph.nameOr({ name: given }, prefix)
  const derive = (getter: AnyGetter): AnyGetter => transformedGetter({ parent: getter, transformer, nodeName: name })
  const table = derivedOperator({ parent: parent.operator, storeName: store?.name, oldValues: 'omit', derive })
  const node = new GraphNode({
    name,
    versions: versionsOf(materialized),
    write: (topology, { parentNames }) => {
      const processor = operator('transformValues', KTableTransformValues, { ...table.settings(), nodeName: name, transformer })
      topology.addProcessor({ name, processor, parents: parentNames })
      if (store !== undefined) topology.addStateStore(tableSpec(store), [name])
      topology.connect(name, stores)
    },
  })
  graph.add([parent.node], node)
  const [key, value] = [erased(materialized?.key) ?? parent.key, erased(materialized?.value)]
  return { ...parent, name, node, key, value, queryableName: store?.queryableName, operator: table }
}
