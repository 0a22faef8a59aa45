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
import { allRows } from './rows/all-rows.ts'

const defaults = ['--only', 'a1,b1', '--pairs', '10', '--records', '3000000']
const { rows, plan } = benchOptions([...defaults, ...process.argv.slice(2)], allRows)
await using bench = await openBench()
for (const row of rows) {
  if (row.kind !== 'throughput') throw new TypeError(`${row.name} has no CPU per record: name rows of throughput.`)
  const pairs: (readonly number[])[] = []
  for await (const pair of measureMetered(bench, row, plan)) {
    pairs.push(pair)
    console.log(`${row.name}, pair ${pairs.length}: ${pair.map((figure) => figure.toFixed(3)).join(' and ')}`)
  }
  const [info, off, ratio] = [pairs.map(([on]) => on!), pairs.map(([, off]) => off!), pairs.map(([on, off]) => on! / off!)]
  console.log(`${row.name}: info ${text(info)}, off ${text(off)} CPU-µs/record, ratio ${text(ratio)}`)
  await deleteTopics(bench, `bench-${row.name}-`)
}

/** The median, and how far the figures reach. */
function text(figures: readonly number[]): string {
  const { median, least, greatest } = spreadOf(figures)
  return `${median.toFixed(3)} (${least.toFixed(3)} to ${greatest.toFixed(3)})`
}
