import { InvalidStateStoreError } from 'millrace'
import type { Admin, Cluster, KafkaStreams, Topology } from 'millrace'
import type { FlowNow } from '../../contracts/topology.ts'
import { described } from '../../topology/described.ts'
import { topicsOf } from '../../topology/edges.ts'

export interface FlowOptions {
  readonly applicationId: string
  readonly topology: Topology
  readonly cluster: Cluster
  readonly streams: KafkaStreams
}

type Rows = FlowNow['stores'][string]

/** Stores of windows tell no number of rows: up to so many are counted. */
const countedRowsMax = 1000

/**
 * How far the topics of a topology are, and how many rows its stores have. Nothing is counted while nobody asks: the brokers know the
 * ends of topics, and stores roughly their size.
 */
export class Flow implements AsyncDisposable {
  readonly #options: FlowOptions
  /** Names as `describe()` has them → names on the cluster. */
  readonly #names: ReadonlyMap<string, string>
  readonly #stores: readonly (readonly [name: string, kind: string])[]
  #admin: Promise<Admin> | null = null

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
    const [topics, stores] = await Promise.all([this.#topics(), this.#rows()])
    return { at: Math.round(performance.now()), topics, stores }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#admin?.catch(() => null))?.close()
  }

  async #topics(): Promise<FlowNow['topics']> {
    const admin = await (this.#admin ??= this.#open())
    const metadata = await admin.metadata([...this.#names.values()])
    const partitions = metadata.flatMap(({ name, partitions: all }) => all.map(({ partition }) => ({ topic: name, partition })))
    const written = new Map<string, number>()
    for (const { topic, offset } of await admin.listOffsets(partitions, 'latest'))
      written.set(topic, (written.get(topic) ?? 0) + offset)
    return Object.fromEntries(
      [...this.#names].flatMap(([name, topic]) => (written.has(topic) ? [[name, written.get(topic)!]] : [])),
    )
  }

  /** The next question opens another one, where this one fails. */
  async #open(): Promise<Admin> {
    const { cluster, applicationId } = this.#options
    try {
      return await cluster.admin({ clientId: `${applicationId}-flow` })
    } catch (error) {
      this.#admin = null
      throw error
    }
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
