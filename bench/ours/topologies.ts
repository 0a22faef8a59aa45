import { StreamsBuilder } from 'millrace'
import type { Topology } from 'millrace'
import type { StartOrder, TopologyName } from '../protocol.ts'
import type { Topics } from './topologies/topics.ts'
import { bytes } from './topologies/bytes.ts'
import { count } from './topologies/count.ts'
import { foreignKey } from './topologies/foreign-key.ts'
import { json } from './topologies/json.ts'
import { streamStreamInner, streamStreamLeft } from './topologies/stream-stream.ts'
import { streamTable } from './topologies/stream-table.ts'
import { table, tableInMemory } from './topologies/table.ts'
import { hopping, tumbling } from './topologies/windowed-count.ts'

const writers: Record<TopologyName, (builder: StreamsBuilder, topics: Topics) => void> = {
  bytes,
  json,
  count,
  tumbling,
  hopping,
  'stream-table': streamTable,
  'stream-stream-inner': streamStreamInner,
  'stream-stream-left': streamStreamLeft,
  'foreign-key': foreignKey,
  table,
  'table-in-memory': tableInMemory,
}

export function topologyOf(order: StartOrder): Topology {
  const builder = new StreamsBuilder()
  writers[order.topology](builder, order)
  return builder.build({ optimization: 'all' })
}
