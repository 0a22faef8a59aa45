import { Serdes, StreamsBuilder, nullable, topic } from '../../lib/index.ts'
import type { Topology } from '../../lib/index.ts'

const text = { key: Serdes.string, value: Serdes.string }
const rowText = { key: Serdes.string, value: nullable(Serdes.string) }

/** The topics of an application that Java and Millrace run in turns. */
export function turnsTopics(applicationId: string) {
  return {
    events: topic(`${applicationId}-events`, text),
    counts: topic(`${applicationId}-counts`, { key: Serdes.string, value: Serdes.long }),
    names: topic(`${applicationId}-names`, text),
    rows: topic(`${applicationId}-rows`, rowText),
    joined: topic(`${applicationId}-joined`, rowText),
    changelog: topic(`${applicationId}-counted-changelog`, { key: Serdes.string, value: Serdes.long }),
  }
}

/** A count behind a repartition topic, and a foreign-key join whose rows move and go. TurnsApplication.java is the same in Java. */
export function turnsTopology(applicationId: string): Topology {
  const { events, counts, names, rows, joined } = turnsTopics(applicationId)
  const builder = new StreamsBuilder()
  builder
    .stream(events)
    .groupBy((value) => value, text)
    .count({ store: 'counted' })
    .toStream()
    .to(counts)
  const named = builder.table(names)
  builder
    .table(rows)
    .leftJoin(
      named,
      (row) => row!.split(':')[0]!,
      (row, name) => `${row} ${name ?? '?'}`,
    )
    .toStream()
    .to(joined)
  return builder.build()
}
