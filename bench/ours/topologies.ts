import { StreamsBuilder } from 'millrace'
import type { Topology } from 'millrace'
import type { StartOrder, TopologyName } from '../protocol.ts'
import type { Topics } from './topologies/topics.ts'
import { bytes } from './topologies/bytes.ts'
import { count } from './topologies/count.ts'
import { foreignKey } from './topologies/foreign-key.ts'
import { json } from './topologies/json.ts'
import { q3, q4, q6, q8 } from './topologies/nexmark/joins.ts'
import { q0, q1, q2 } from './topologies/nexmark/stateless.ts'
import { q11, q12, q5, q7 } from './topologies/nexmark/windows.ts'
import { streamStreamInner, streamStreamLeft } from './topologies/stream-stream.ts'
import { streamTable } from './topologies/stream-table.ts'
import { table, tableInMemory } from './topologies/table.ts'
import { hopping, sliced, tumbling } from './topologies/windowed-count.ts'

const writers: Record<TopologyName, (builder: StreamsBuilder, topics: Topics) => void> = {
  bytes,
  json,
  count,
  tumbling,
  hopping,
  sliced,
  'stream-table': streamTable,
  'stream-stream-inner': streamStreamInner,
  'stream-stream-left': streamStreamLeft,
  'foreign-key': foreignKey,
  table,
  'table-in-memory': tableInMemory,
  q0,
  q1,
  q2,
  q3,
  q4,
  q5,
  q6,
  q7,
  q8,
  q11,
  q12,
}

export function topologyOf(order: StartOrder): Topology {
  const builder = new StreamsBuilder()
  writers[order.topology](builder, order)
  return builder.build({ optimization: 'all' })
}
