import { operator } from '../../processor/processor-parameters.ts'
import { KTableSource } from '../../processor/table/ktable-source.ts'
import { GraphNode } from '../graph/graph.ts'
import type { StreamState, TableState } from '../graph/state.ts'
import { materialize, tableOptions, tableSpec, versionsOf, type AnyMaterialized } from '../aggregation/materialized.ts'
import { afterRepartition, repartitionNode, type RepartitionOptions } from '../graph/repartition.ts'
import { tableSourceOperator } from './table-operators.ts'

export function streamToTable(stream: StreamState, options: AnyMaterialized | undefined): TableState {
  const { graph } = stream.builder
  const { name: given, materialized } = tableOptions(options, { call: 'toTable()', stored: 'table' })
  const name = graph.nameOr({ name: given }, 'KSTREAM-TOTABLE-')
  const store = materialize(graph, materialized, 'KSTREAM-TOTABLE-', stream)
  const source = stream.needsRepartition
    ? repartitioned(stream, { method: 'toTable', name, key: store.key, value: store.value })
    : stream
  const table = tableSourceOperator(store)
  const node = new GraphNode({
    name,
    versions: versionsOf(store.options),
    write: (topology, { parentNames }) => {
      topology.addProcessor({ name, processor: operator('toTable', KTableSource, table.settings()), parents: parentNames })
      if (table.settings().storeName !== undefined) topology.addStateStore(tableSpec(store), [name])
    },
  })
  graph.add([source.node], node)
  const { key, value, queryableName } = store
  return {
    builder: stream.builder,
    name,
    node,
    key,
    value,
    sources: source.sources,
    queryableName,
    operator: table,
  }
}

function repartitioned(stream: StreamState, options: RepartitionOptions): StreamState {
  const node = stream.builder.graph.add([stream.node], repartitionNode(stream.builder.graph, options))
  return afterRepartition(stream, node, options)
}
