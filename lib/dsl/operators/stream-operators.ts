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
  /** A function where the operator is known only when the topology is written. */
  readonly processor: ProcessorParameters | (() => ProcessorParameters)
  readonly parents?: readonly GraphNode[]
  /** Names of stores to connect, and stores to add. */
  readonly stores?: readonly (string | AnyStore)[]
  readonly nullKeys?: 'kept' | undefined
  /** Throws a `TopologyError` where the operator cannot work; its stores are there by then. */
  readonly check?: ((topology: InternalTopologyBuilder) => void) | undefined
  readonly nodeChanges?: NodeChanges | undefined
  readonly kind?: 'merge'
  /** What differs in the stream that comes out. */
  readonly changes?: Partial<StreamState>
}

/** Adds an operator that is one processor, and gives the stream behind it. */
export function addStreamOperator(stream: StreamState, operator: StreamOperator): StreamState {
  return addNamedOperator(stream, stream.builder.graph.nameOr(operator.named, operator.prefix), operator)
}

/** As {@link addStreamOperator}, where the name is needed before. */
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

/** Stores that are given as values are added with the processor; names must have been added before. */
export function addProcess(
  stream: StreamState,
  { prefix, processor, nodeChanges }: Pick<StreamOperator, 'prefix' | 'processor' | 'nodeChanges'>,
  { name, stores = [] }: Processed,
): StreamState {
  // Unlike anywhere else, only a generated name draws an index here (Java: `KStreamImpl.process`).
  const chosen = name === undefined ? stream.builder.graph.newProcessorName(prefix) : checkName(name)
  return addNamedOperator(stream, chosen, { processor, stores, nodeChanges })
}

/** `[label]: key, value`, a line for each record. */
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
