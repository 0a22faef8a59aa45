import { checkOptions } from '../../model/check-options.ts'
import { TopologyError } from '../../model/errors.ts'
import { operator } from '../../processor/processor-parameters.ts'
import { KStreamKTableJoin, type KStreamKTableJoinOptions } from '../../processor/table-join/kstream-ktable-join.ts'
import type { RecordBufferSpec, VersionedKeyValueStoreSpec } from '../../state/store-spec.ts'
import type { InternalTopologyBuilder } from '../../topology/internal-topology-builder.ts'
import { GraphNode } from '../graph/graph.ts'
import { erased, union, type ErasedSerdes, type StreamState, type TableState } from '../graph/state.ts'
import { repartitionedForJoin } from './join-repartition.ts'
import type { InheritedSerdes } from '../aggregation/materialized.ts'
import * as optionNames from '../option-names.ts'
import type { Joined, Named } from '../options.ts'
import { addNamedOperator, addStreamOperator } from '../operators/stream-operators.ts'
import { joinMethod } from './join-method.ts'

type JoinedOptions = Named & ErasedSerdes & Pick<Joined<unknown, unknown>, 'graceMs'>
type VersionedSpec = VersionedKeyValueStoreSpec<unknown, unknown>
type Kind = 'inner' | 'left'
type JoinOptions = KStreamKTableJoinOptions<unknown, unknown, unknown, unknown, unknown>

/**
 * Joins a stream with a table. The last parameter holds the arguments of {@link KStream.join} that follow the table: joiner,
 * options.
 */
export function joinTable(
  stream: StreamState,
  table: TableState,
  kind: Kind,
  [joiner, joined = {}]: readonly unknown[],
): StreamState {
  const method = joinMethod(kind)
  checkOptions(`${method}()`, joined, optionNames.joined)
  const { name: given, key, value, graceMs } = joined as JoinedOptions
  const left = repartitionedForJoin(stream, { ...(joined as JoinedOptions), method })
  const { graph } = left.builder
  const sources = union(left.sources, table.sources)
  graph.copartition(sources)
  const getter = table.operator.valueGetter()
  const options: JoinOptions = {
    kind,
    table: getter,
    keySelector: ownKeyOf,
    joiner: joiner as JoinOptions['joiner'],
  }
  const name = graph.nameOr({ name: given }, kind === 'left' ? 'KSTREAM-LEFTJOIN-' : 'KSTREAM-JOIN-')
  const serdes = { key: erased(key) ?? left.key, value: erased(value) ?? left.value }
  const grace = graceMs === undefined ? undefined : addBuffer(table, { name, graceMs, ...serdes })
  return addNamedOperator(left, name, {
    processor: operator(method, KStreamKTableJoin, { ...options, grace }),
    stores: grace === undefined ? getter.storeNames : [grace.bufferName, ...getter.storeNames],
    check: grace && ((topology) => checkHistory(topology, name, getter.storeNames, grace.graceMs)),
    nullKeys: kind === 'left' ? 'kept' : undefined,
    changes: { key: serdes.key, value: undefined, sources, needsRepartition: false },
  })
}

function ownKeyOf(_: unknown, key: unknown): unknown {
  return key
}

/** Adds the buffer in which records wait for the table (KIP-923). It is named after the join, so the graph generates no name. */
function addBuffer(
  { builder: { graph }, node, name: tableName }: TableState,
  { name, graceMs, key, value }: { readonly name: string; readonly graceMs: number } & InheritedSerdes,
) {
  if (!(graceMs >= 0)) throw new TypeError(`graceMs of the join ${name} must be at least 0 ms, not ${graceMs}.`)
  if (node.versions === 'none') throw unversionedTable(name, tableName)
  const bufferName = `${name}-Buffer`
  const spec: RecordBufferSpec = {
    kind: 'record-buffer',
    name: bufferName,
    key,
    value,
    medium: 'default',
    caching: 'disabled',
    changelog: { config: {} },
  }
  graph.addSource(new GraphNode({ name: bufferName, write: (topology) => topology.addStateStore(spec) }))
  return { bufferName, graceMs }
}

function checkHistory(topology: InternalTopologyBuilder, join: string, storeNames: readonly string[], graceMs: number): void {
  for (const name of storeNames) {
    const spec = topology.stores.get(name)?.spec
    if (spec?.kind !== 'versioned') throw unversionedTable(join, name)
    if (spec.historyRetentionMs < graceMs) throw historyTooShort(join, spec, graceMs)
  }
}

function unversionedTable(join: string, table: string): TopologyError {
  const message = `Join ${join} has graceMs, but ${table} keeps no versions to look back at: give the table a versionedKeyValueStore().`
  return new TopologyError('STREAMS_TABLE_NOT_VERSIONED', message, { facts: { join, table } })
}

function historyTooShort(join: string, { name, historyRetentionMs }: VersionedSpec, graceMs: number): TopologyError {
  const message = `Join ${join} looks back ${graceMs} ms, but store ${name} keeps only ${historyRetentionMs} ms: raise historyRetentionMs.`
  return new TopologyError('STREAMS_HISTORY_TOO_SHORT', message, { facts: { join, store: name, historyRetentionMs, graceMs } })
}

/** As {@link joinTable}, for a global table: the arguments are key selector, joiner, options. The stream needs no repartition. */
export function joinGlobalTable(
  stream: StreamState,
  getter: JoinOptions['table'],
  kind: Kind,
  [keySelector, joiner, named]: readonly unknown[],
): StreamState {
  checkOptions(`${joinMethod(kind)}()`, named, optionNames.named)
  const lambdas = { keySelector: keySelector as JoinOptions['keySelector'], joiner: joiner as JoinOptions['joiner'] }
  return addStreamOperator(stream, {
    // As in Java, inner joins with a global table have this prefix, too.
    prefix: 'KSTREAM-LEFTJOIN-',
    named: named as Named | undefined,
    processor: operator(joinMethod(kind), KStreamKTableJoin, { kind, table: getter, ...lambdas }),
    nullKeys: kind === 'left' ? 'kept' : undefined,
    nodeChanges: 'unnoticed value',
    changes: { value: undefined },
  })
}
