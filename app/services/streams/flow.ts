import { InvalidStateStoreError } from 'millrace'
import type { KafkaStreams, Topology } from 'millrace'
import type { FlowNow } from '../../contracts/topology.ts'
import { described } from '../../topology/described.ts'
import { topicsOf } from '../../topology/edges.ts'

export interface FlowOptions {
  readonly applicationId: string
  readonly topology: Topology
  readonly streams: KafkaStreams
}

type Rows = FlowNow['stores'][string]

/** Stores of windows tell no number of rows: up to so many are counted. */
const countedRowsMax = 1000

/**
 * How many records of each topic of a topology this process has read or written, and how many rows its stores have. Topics are counted by
 * the engine's metrics: ends of logs would count the marks of transactions, too.
 */
export class Flow {
  readonly #options: FlowOptions
  /** Names as `describe()` has them → names on the cluster. */
  readonly #names: ReadonlyMap<string, string>
  readonly #stores: readonly (readonly [name: string, kind: string])[]

  constructor(options: FlowOptions) {
    const { applicationId, topology } = options
    const planned = topology.plan(applicationId).subtopologies
    const onCluster = new Set(planned.flatMap(({ sourceTopics, sinkTopics }) => [...sourceTopics, ...sinkTopics]))
    const topics = topicsOf(described(topology.describe()).flatMap(({ nodes }) => nodes))
    this.#options = options
    this.#names = new Map(topics.map((name) => [name, onCluster.has(name) ? name : `${applicationId}-${name}`]))
    this.#stores = planned.flatMap(({ stores }) => stores.map(({ spec }) => [spec.name, spec.kind] as const))
  }

  async now(): Promise<FlowNow> {
    return { at: Math.round(performance.now()), topics: this.#topics(), stores: await this.#rows() }
  }

  #topics(): FlowNow['topics'] {
    const counted = new Map<string, number>()
    for (const metric of this.#options.streams.metrics()) {
      if (metric.kind !== 'counter' || !/^records-(consumed|produced)$/.test(metric.name)) continue
      const key = `${metric.name} ${metric.tags['topic-name']}`
      counted.set(key, (counted.get(key) ?? 0) + metric.value())
    }
    // Of a topic that the application both writes and reads, what is read counts.
    const countOf = (topic: string): number =>
      counted.get(`records-consumed ${topic}`) ?? counted.get(`records-produced ${topic}`) ?? 0
    return Object.fromEntries([...this.#names].map(([name, topic]) => [name, countOf(topic)]))
  }

  async #rows(): Promise<FlowNow['stores']> {
    const counted = await Promise.all(this.#stores.map(async ([name, kind]) => [name, await this.#rowsOf(name, kind)] as const))
    return Object.fromEntries(counted.flatMap(([name, rows]) => (rows === null ? [] : [[name, rows]])))
  }

  /** Null while the store is restored, or elsewhere. */
  async #rowsOf(name: string, kind: string): Promise<Rows | null> {
    const { streams } = this.#options
    try {
      if (kind === 'key-value') return { rows: await streams.store(name).approximateNumEntries(), atLeast: false }
      if (kind !== 'window') return null
      let rows = 0
      for await (const _ of streams.store(name, 'window').all()) if (++rows === countedRowsMax) return { rows, atLeast: true }
      return { rows, atLeast: false }
    } catch (error) {
      if (error instanceof InvalidStateStoreError) return null
      throw error
    }
  }
}
