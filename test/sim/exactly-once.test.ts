import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { simulate } from '../../lib/testing/simulation/simulate.ts'
import type { Topology } from '../../lib/topology/topology.ts'

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const echo = topic('echo', { key: Serdes.string, value: Serdes.string })
const counts = topic('counts', { key: Serdes.string, value: Serdes.long })
const byLetter = topic('by-letter', { key: Serdes.string, value: Serdes.long })
const topics = { in: 2, echo: 2, counts: 2, 'by-letter': 2 }

function workload(): Topology {
  const builder = new StreamsBuilder()
  const stream = builder.stream(input)
  stream.to(echo)
  stream.groupByKey().count({ store: 'counts' }).toStream().to(counts)
  const letters = stream.groupBy((value) => value.slice(0, 1), { key: Serdes.string, value: Serdes.string })
  letters.count({ store: 'letters' }).toStream().to(byLetter)
  return builder.build()
}

const rows = Array.from({ length: 100 }, (_, n) => [`k${n % 7}`, `${'abc'[n % 3]}${n}`] as const)

/** The counts that each key must have had, one after the other. */
function expected(keyOf: (row: readonly [string, string]) => string): Record<string, number[]> {
  const groups = Object.entries(Object.groupBy(rows, keyOf))
  return Object.fromEntries(groups.map(([key, of = []]) => [key, of.map((_, index) => index + 1)]))
}

function byKey(records: readonly { readonly key: string; readonly value: number | null }[]): Record<string, (number | null)[]> {
  const groups = Object.entries(Object.groupBy(records, ({ key }) => key))
  return Object.fromEntries(groups.map(([key, of = []]) => [key, of.map(({ value }) => value)]))
}

const ends = [
  ['port', 5],
  ['port', 13],
  ['port', 27],
  ['wire', 2],
] as const

for (const [level, seed] of ends)
  t.test(`level ${level}, seed ${seed}: over crashes and faults nothing is lost, and nothing comes twice`, async (t) => {
    const config = {
      processingGuarantee: 'exactly_once_v2',
      commitIntervalMs: [100, 500, 2000][seed % 3]!,
      statestoreCacheMaxBytes: 0,
    } as const
    const feed = (send: Parameters<Parameters<typeof simulate>[1]['feed']>[0]): void => {
      for (const [key, value] of rows) send(input, key, value)
    }
    const { read, faults } = await simulate(workload(), { seed, level, topics, config, feed })
    t.ok(faults.size > 3, [...faults.keys()].join(', '))
    t.same(read(echo).map(({ value }) => value).sort(), rows.map(([, value]) => value).sort()) // prettier-ignore
    t.same(byKey(read(counts)), expected(([key]) => key)) // prettier-ignore
    t.same(byKey(read(byLetter)), expected(([, value]) => value.slice(0, 1))) // prettier-ignore
  })
