import type { StreamState, TableState } from './graph/state.ts'
import type { KStream } from './kstream.ts'
import type { KTable } from './ktable.ts'

// The handles (KStream, KTable, …) know one another by type only; the builder makes them.

/** The handle of a stream. */
export function streamOf<K, V>(state: StreamState): KStream<K, V> {
  return state.builder.stream(state) as KStream<K, V>
}

/** The handle of a table. */
export function tableOf<K, V>(state: TableState): KTable<K, V> {
  return state.builder.table(state) as KTable<K, V>
}
