/**
 * `npm run bench:metrics -- [--only a1,b1] [--pairs 10] [--records 3000000]`
 *
 * What the engine's metrics cost: CPU per record with `metricsRecordingLevel` `info` beside `off`, in pairs A, B, B, A, measured from
 * outside. It needs a JDK and two cores, as `npm run bench` does.
 */
import { openBench } from './broker/bench.ts'
import { deleteTopics } from './broker/topics.ts'
import { measureMetered } from './measure/throughput.ts'
import { benchOptions } from './options.ts'
import { spreadOf } from './report/statistics.ts'
import type { Spread } from './report/statistics.ts'
import { allRows } from './rows/all-rows.ts'

const defaults = ['--only', 'a1,b1', '--pairs', '10', '--records', '3000000']
const { rows, plan } = benchOptions([...defaults, ...process.argv.slice(2)], allRows)
await using bench = await openBench()
for (const row of rows) {
  if (row.kind !== 'throughput') throw new TypeError(`${row.name} has no CPU per record: name rows of throughput.`)
  const [info, off] = (await measureMetered(bench, row, plan)).map(({ passes }) => passes.map(({ figure }) => figure))
  const ratio = spreadOf(info!.map((figure, pair) => figure / off![pair]!))
  console.log(`${row.name}: info ${text(spreadOf(info!))}, off ${text(spreadOf(off!))} CPU-µs/record, ratio ${text(ratio)}`)
  await deleteTopics(bench, `bench-${row.name}-`)
}

function text({ median, least, greatest }: Spread): string {
  return `${median.toFixed(3)} (${least.toFixed(3)} to ${greatest.toFixed(3)})`
}
