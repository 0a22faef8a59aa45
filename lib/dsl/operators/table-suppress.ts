import { TopologyError } from '../../model/errors.ts'
import { operator } from '../../processor/processor-parameters.ts'
import { KTableSuppress, suppressedGetter, type KTableSuppressOptions } from '../../processor/table/ktable-suppress.ts'
import type { ChangeBufferSpec } from '../../state/store-spec.ts'
import { checkName } from '../../topology/names.ts'
import { GraphNode, type WindowEnd } from '../graph/graph.ts'
import type { TableOperator, TableState } from '../graph/state.ts'
import type { Named } from '../options.ts'
import type { UntilTimeLimit, UntilWindowCloses } from '../windows/suppressed.ts'

const prefix = 'KTABLE-SUPPRESS-'

/**
 * Adds a suppress. The counter of generated names advances only if the user gave no name (Java: `KTableImpl.suppress`). If the
 * operator has a name, its store is called `<name>-store`.
 */
export function suppressTable(
  parent: TableState,
  suppressed: UntilTimeLimit | UntilWindowCloses,
  { name: given }: Named = {},
): TableState {
  const { builder, operator: table, key, value } = parent
  const { graph } = builder
  const name = given === undefined ? graph.newProcessorName(prefix) : checkName(given)
  const options = suppressOptions(suppressed, parent.node)
  const storeName = given === undefined ? graph.newStoreName(prefix) : `${name}-store`
  const spec = bufferSpec(storeName, parent, suppressed)
  table.sendOldValues('materialize')
  const node = new GraphNode({
    name,
    versions: 'none',
    write: (topology, { parents, parentNames }) => {
      if ([...parents].some((each) => each.isVersioned())) throw versionedTable(name)
      const processor = operator('suppress', KTableSuppress, { ...options, storeName })
      topology.addProcessor({ name, processor, parents: parentNames })
      topology.addStateStore(spec, [name])
    },
  })
  graph.add([parent.node], node)
  // As in Java, the table's only source is the node before it, which reads no topic: a join does not compare its partitions.
  const sources = new Set([parent.name])
  const suppressedOperator = suppressOperator(storeName, table)
  return { builder, name, node, key, value, sources, queryableName: undefined, operator: suppressedOperator }
}

function suppressOptions(
  suppressed: UntilTimeLimit | UntilWindowCloses,
  parent: GraphNode,
): Omit<KTableSuppressOptions, 'storeName'> {
  const { maxRecords = Infinity, maxBytes = Infinity, whenFull = 'emit-early' } = suppressed.buffer
  const limits = { maxRecords, maxBytes, whenFull }
  if (suppressed.until === 'time-limit')
    return { ...limits, until: 'time-limit', durationMs: suppressed.limitMs, windowEnd: 'excluded' }
  const { graceMs, windowEnd } = windowedNode(parent)
  return { ...limits, until: 'window-closes', durationMs: graceMs, windowEnd }
}

function bufferSpec(name: string, { key, value }: TableState, { buffer }: UntilTimeLimit | UntilWindowCloses): ChangeBufferSpec {
  const changelog = buffer.changelog ?? { config: {} }
  return { kind: 'change-buffer', name, key, value, medium: 'memory', caching: 'disabled', changelog }
}

function suppressOperator(storeName: string, parent: TableOperator): TableOperator {
  return {
    valueGetter: () => suppressedGetter({ storeName, parent: parent.valueGetter() }),
    sendOldValues: (how) => parent.sendOldValues(how),
  }
}

/** The windowed aggregation that the table comes from. Of several aggregations the one with the longest grace counts. */
function windowedNode(node: GraphNode): { readonly graceMs: number; readonly windowEnd: WindowEnd } {
  const { graceMs, windowEnd, parents } = node
  if (graceMs !== undefined) return { graceMs, windowEnd }
  if (parents.size === 0) throw notWindowed()
  return [...parents].map(windowedNode).reduce((longest, each) => (each.graceMs > longest.graceMs ? each : longest))
}

function notWindowed(): TopologyError {
  const message =
    'suppress(untilWindowCloses) is called on a table that no windowed aggregation made, so that nothing closes: ' +
    'aggregate by windows before, or use untilTimeLimit.'
  return new TopologyError('STREAMS_NOT_WINDOWED', message)
}

function versionedTable(node: string): TopologyError {
  const message = `suppress() (node ${node}) is called on a versioned table, whose late updates cannot wait: use a store without versions.`
  return new TopologyError('STREAMS_VERSIONED_TABLE', message, { facts: { node } })
}
