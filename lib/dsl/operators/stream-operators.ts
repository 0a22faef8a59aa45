import { operator, type ProcessorParameters } from '../../processor/processor-parameters.ts'
import { KStreamPrint } from '../../processor/stateless/kstream-print.ts'
import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import { storeSpecOf, type AnyStore } from '../../state/store-value.ts'
import { checkName } from '../../topology/names.ts'
import { GraphNode, type NodeChanges } from '../graph/graph.ts'
import type { StreamState } from '../graph/state.ts'
import type { Named, Printed, Processed } from '../options.ts'

export interface StreamOperator {
  readonly prefix: string
  readonly named: Named | undefined
  /** The processor, or a function that makes it when the topology is written. */
  readonly processor: ProcessorParameters | (() => ProcessorParameters)
  readonly parents?: readonly GraphNode[]
  /** Stores of the processor: names of stores that were added before, and store values, which are added. */
  readonly stores?: readonly (string | AnyStore)[]
  readonly nullKeys?: 'kept' | undefined
  /** Is called after the operator's stores have been added. Throws a `TopologyError` if the operator cannot work with them. */
  readonly check?: ((topology: InternalTopologyBuilder) => void) | undefined
  readonly nodeChanges?: NodeChanges | undefined
  readonly kind?: 'merge'
  /** The properties in which the resulting stream differs from its parent. */
  readonly changes?: Partial<StreamState>
}

/** Adds an operator that is one processor. Returns the resulting stream. */
export function addStreamOperator(stream: StreamState, operator: StreamOperator): StreamState {
  return addNamedOperator(stream, stream.builder.graph.nameOr(operator.named, operator.prefix), operator)
}

/** As {@link addStreamOperator}, for callers that have determined the name already. */
export function addNamedOperator(
  stream: StreamState,
  name: string,
  operator: Omit<StreamOperator, 'prefix' | 'named'>,
): StreamState {
  const { stores = [], parents = [stream.node], changes } = operator
  const { processor, nullKeys, nodeChanges, kind } = operator
  const node = new GraphNode({
    name,
    nullKeys,
    changes: nodeChanges,
    kind,
    write: (topology, { parentNames }) => {
      topology.addProcessor({
        name,
        processor: typeof processor === 'function' ? processor() : processor,
        parents: parentNames,
      })
      for (const store of stores) if (typeof store !== 'string') topology.addStateStore(storeSpecOf(store), [name])
      topology.connect(
        name,
        stores.filter((store) => typeof store === 'string'),
      )
      operator.check?.(topology)
    },
  })
  stream.builder.graph.add(parents, node)
  return { ...stream, name, node, ...changes }
}

/** Adds a processor of the user's. Store values are added with it; stores that are given by name must have been added before. */
export function addProcess(
  stream: StreamState,
  { prefix, processor, nodeChanges }: Pick<StreamOperator, 'prefix' | 'processor' | 'nodeChanges'>,
  { name, stores = [] }: Processed,
): StreamState {
  // Unlike with other operators, the counter of generated names advances only if the user gave no name (Java:
  // `KStreamImpl.process`).
  const chosen = name === undefined ? stream.builder.graph.newProcessorName(prefix) : checkName(name)
  return addNamedOperator(stream, chosen, { processor, stores, nodeChanges })
}

/** Prints a line for each record: `[label]: key, value`. */
export function addPrinter(stream: StreamState, printed: Printed<never, never>): void {
  const { label = stream.name, format = keyAndValue, write = printLine } = printed
  const processor = operator('print', KStreamPrint<never, never>, { label, format, write })
  addStreamOperator(stream, { prefix: 'KSTREAM-PRINTER-', named: printed, processor })
}

function keyAndValue(value: unknown, key: unknown): string {
  return `${String(key)}, ${String(value)}`
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`)
}
