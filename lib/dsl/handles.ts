import type { StreamState, TableState } from './graph/state.ts'
import type { KStream } from './kstream.ts'
import type { KTable } from './ktable.ts'

// The files of KStream and KTable import each other's types only. The builder constructs both, so that the imports form no cycle.

/** Makes a KStream. */
export function streamOf<K, V>(state: StreamState): KStream<K, V> {
  return state.builder.stream(state) as KStream<K, V>
}

/** Makes a KTable. */
export function tableOf<K, V>(state: TableState): KTable<K, V> {
  return state.builder.table(state) as KTable<K, V>
}
