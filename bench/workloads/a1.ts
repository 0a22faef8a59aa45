import { Serdes, StreamsBuilder, topic } from 'millrace'
import type { Workload } from './workload.ts'

/** a1: reads bytes, passes them through one filter and one mapValues, and writes bytes. */
export const a1: Workload = {
  topology({ input, output }) {
    const bytes = { key: Serdes.bytes, value: Serdes.bytes }
    const builder = new StreamsBuilder()
    builder
      .stream(topic(input, bytes))
      .filter((value) => value[0] === 1)
      .mapValues((value) => {
        const copy = Buffer.from(value)
        copy[1] = 0x66
        return copy
      })
      .to(topic(output, bytes))
    return builder.build()
  },
  config: { commitIntervalMs: 30_000 },
}
