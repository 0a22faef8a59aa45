import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import t from 'tap'
import { mergedCopartition } from '../conformance/compare.ts'
import { outOfScope } from '../conformance/scope.ts'
import type { Json, Scenario } from '../conformance/scenario/scenario.ts'
import { buildTopology } from '../conformance/steps/build.ts'
import type { Topology } from '../../lib/topology/topology.ts'

// Java's vectors again, as far as they show without a record: node names, describe(), internal topics, sub-topologies.

const folder = new URL('../conformance/vectors/', import.meta.url)
/** More of the oracle's answers: large random shapes, whose order shows how Java's hash sets grow, and shared repartitions. */
const shapes = new URL('../fixtures/dsl-vectors.jsonl', import.meta.url)
const vectors = readdirSync(folder).filter((name) => name.endsWith('.jsonl'))

for (const url of [...vectors.map((name) => new URL(name, folder)), shapes]) {
  const file = basename(url.pathname)
  const scenarios = vectorsOf(url).filter((scenario) => scenario.describe !== undefined && outOfScope(scenario) === undefined)
  if (scenarios.length === 0) continue
  t.test(`${file}: ${scenarios.length} topologies are described as in Java`, async (t) => {
    for (const scenario of scenarios) {
      const { topology } = buildTopology(scenario.topo ?? [])
      t.equal(topology.describe(), scenario.describe, scenario.id)
      if (scenario.internalTopics !== undefined) t.same(topicsOf(topology, scenario), expectedTopics(scenario), scenario.id)
    }
  })
}

function vectorsOf(url: URL): Scenario[] {
  const lines = readFileSync(url, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Scenario)
}

function expectedTopics({ internalTopics, subtopologies, copartition }: Scenario): object {
  return { internalTopics, subtopologies, copartition: mergedCopartition(copartition) }
}

/** Global stores make no tasks, and Java's oracle leaves them out; it lists changelogs only of topologies that it has run. */
function topicsOf(topology: Topology, { run }: Scenario): object {
  const subtopologies = topology.plan('app').subtopologies.filter(({ kind }) => kind === 'regular')
  const repartitions = subtopologies.flatMap(({ repartitionTopics }) => repartitionTopics)
  const changelogs = subtopologies
    .flatMap(({ stores }) => stores.map(({ changelog }) => changelog))
    .flatMap((changelog) => (changelog?.kind === 'internal' ? [changelog.topic] : []))
  const internal = run === false ? repartitions : [...repartitions, ...changelogs]
  const groups = subtopologies.flatMap(({ copartitionGroups }) => copartitionGroups)
  return {
    internalTopics: Object.fromEntries(internal.map(({ name, partitions, ...topic }) => [name, withCount(topic, partitions)])),
    subtopologies: subtopologies.map(({ sourceTopics, sinkTopics }) => ({
      sources: sourceTopics.toSorted(),
      sinks: sinkTopics.toSorted(),
    })),
    copartition: mergedCopartition(groups as unknown as Json),
  }
}

function withCount(topic: object, partitions: number | undefined): object {
  return partitions === undefined ? topic : { ...topic, partitions }
}
