import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { TransportError } from 'millrace'
import type { Cluster, SchemaRegistry } from 'millrace'
import type { Batch, State, Trace } from '../../contracts/feed.ts'
import { tailTopics } from '../../adapters/kafka/topic-tail.ts'
import type { TailPart } from '../../adapters/kafka/topic-tail.ts'
import { FeedLog } from '../../feed/feed-log.ts'
import { FeedRows } from '../../feed/feed-rows.ts'
import { sinkGroup } from '../../sink/sink-config.ts'
import type { RowState } from '../../feed/feed-rows.ts'
import { Backlogs, stationAfter } from './backlogs.ts'
import { BatchGatherer } from '../../feed/topics/batch-gatherer.ts'
import { DocumentWatch } from './document-watch.ts'
import { feedSources, flows } from '../../feed/topics/flows.ts'
import type { Flow } from '../../feed/topics/flows.ts'
import type { Place } from './hop-meter.ts'
import { HopMeter } from './hop-meter.ts'
import { describeTopics, endsOf, startsOf } from '../../feed/topics/feed-topics.ts'
import { PassageMaker } from './passage-maker.ts'
import type { Passage } from './passages.ts'
import { RecordMaker } from '../../feed/topics/record-maker.ts'
import { TopicHistory, positionsOf } from '../../feed/topics/topic-history.ts'
import { TraceBook } from './trace-book.ts'

export interface InspectorOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  /** Another one for another cluster or directory: it stands in for topic ids where the cluster has none. */
  readonly clusterIdentity: string
  /** Is told of each record that passes a station. Default: nobody is. */
  readonly onPassage?: (passage: Passage) => void
}

/** What `GET /api/state` has of an inspector: the rest is the supervisor's. */
export type InspectorState = Pick<State, 'vector' | 'positions' | 'at'> & RowState

const tickMs = 100

/**
 * Watches the topics by one consumer with one monotonic clock, and tells what it sees: the records of the feed, all of them; what passes
 * each station, counted; and the ways of some.
 */
export class Inspector implements AsyncDisposable {
  readonly log: FeedLog
  readonly #cluster: Cluster
  readonly #onPassage: InspectorOptions['onPassage']
  readonly #clock = randomBytes(4).toString('hex')
  readonly #originMs = Date.now() - performance.now()
  readonly #records: RecordMaker
  readonly #passages: PassageMaker
  readonly #history: TopicHistory
  readonly #backlogs: Backlogs
  readonly #gatherer = new BatchGatherer(this.#clock, (batch) => this.log.append(batch))
  readonly #hops = new HopMeter(this.#clock, performance.now(), places(flows))
  readonly #traces = new TraceBook(this.#clock, performance.now())
  readonly #documents = new DocumentWatch()
  readonly #stopping = new AbortController()
  #running: Promise<unknown> = Promise.resolve()
  #rows: Promise<FeedRows> | null = null

  private constructor(options: InspectorOptions, topics: FeedLog['topics'], start: FeedLog['positions'], backlogs: Backlogs) {
    const { cluster, schemaRegistry } = options
    this.#cluster = cluster
    this.#onPassage = options.onPassage
    this.#backlogs = backlogs
    this.#records = new RecordMaker(feedSources, schemaRegistry)
    this.#passages = new PassageMaker(flows, schemaRegistry, this.#originMs)
    this.#history = new TopicHistory(cluster, this.#records, this.#clock, () => performance.now())
    this.log = new FeedLog({ topics, start, history: this.#history })
  }

  /** Follows the topics from their present ends. What is older is read when a client asks for it. */
  static async open(options: InspectorOptions): Promise<Inspector> {
    const { cluster, clusterIdentity } = options
    const names = feedSources.map(({ name }) => name)
    const topics = await describeTopics(cluster, names, clusterIdentity)
    const passed = flows.map(({ topic }) => topic).filter((topic) => !names.includes(topic))
    const start = await endsOf(cluster, topics)
    const others = await endsOf(cluster, await describeTopics(cluster, passed, clusterIdentity))
    const inspector = new Inspector(options, topics, start, await Backlogs.open(cluster, flows))
    inspector.#running = Promise.all([inspector.#follow(new Map([...start, ...others])), inspector.#tick()])
    inspector.#running.catch(() => {})
    return inspector
  }

  /** Settles when the inspector ends: rejects if it could not go on. */
  get done(): Promise<unknown> {
    return this.#running
  }

  /** Rows and vector of one instant. The first call reads the topics. */
  async state(): Promise<InspectorState> {
    this.#rows ??= this.#readRows()
    const rows = await this.#rows
    const { vector, positions } = this.log
    return { vector, positions: Object.fromEntries(positions), at: Date.now(), ...rows.state() }
  }

  follow(id: number, why: 'own' | 'selected'): Trace {
    return this.#traces.follow(id, why)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    this.log.close('server.closing', { detail: 'The inspector stops.' })
    await this.#running.catch(() => {})
    await this.#backlogs.close()
  }

  async #follow(from: FeedLog['positions']): Promise<void> {
    const { signal } = this.#stopping
    for await (const parts of tailTopics(this.#cluster, { clientId: 'inspector', from: positionsOf(from), signal })) {
      const seen = performance.now()
      await this.#gather(parts, seen)
      for (const part of parts) if (this.#passages.has(part.topic)) await this.#pass(part, seen)
    }
  }

  async #gather(parts: readonly TailPart[], seen: number): Promise<void> {
    const ours = parts.filter(({ topic }) => this.#records.has(topic))
    if (ours.length > 0) this.#gatherer.add(await this.#records.makeParts(ours, seen))
  }

  async #pass({ topic, partition, records }: TailPart, seen: number): Promise<void> {
    const passages = await this.#passages.make(topic, records, seen)
    passages.forEach((passage, index) => {
      this.#note(passage)
      if (passage.station === 'enriched') this.#documents.add(partition, records[index]!.offset, passage)
    })
  }

  #note(passage: Passage): void {
    this.#hops.add(passage)
    this.#traces.add(passage)
    this.#onPassage?.(passage)
  }

  /** Ten times a second. Documents are found by the sink's offsets: their times are as exact as this. */
  async #tick(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const started = performance.now()
      await this.#count()
      const now = performance.now()
      this.log.emit('hops', this.#hops.take(now))
      for (const trace of this.#traces.take(now)) this.log.emit('trace', trace)
      await delay(Math.max(1, tickMs - (now - started)), undefined, { signal }).catch(() => {})
    }
  }

  /** While no broker answers, the last backlogs stand. */
  async #count(): Promise<void> {
    try {
      for (const { flow, backlog, committed } of await this.#backlogs.counts()) {
        this.#hops.setBacklog({ lane: flow.lane, station: stationAfter(flow) }, backlog)
        if (flow.group === sinkGroup) this.#seeDocuments(committed)
      }
    } catch (error) {
      if (!(error instanceof TransportError)) throw error
    }
  }

  #seeDocuments(committed: ReadonlyMap<number, number>): void {
    const seen = performance.now()
    for (const enriched of this.#documents.take(committed)) this.#note(this.#passages.document(enriched, seen))
  }

  /** What comes while the topics are read waits until they are. */
  async #readRows(): Promise<FeedRows> {
    const rows = new FeedRows()
    const { positions } = this.log
    const late: Batch[] = []
    let take = (batch: Batch): unknown => late.push(batch)
    this.log.observe((batch) => take(batch))
    const starts = await startsOf(this.#cluster, this.log.topics)
    for await (const batch of this.#history.read(starts, positions, this.#stopping.signal)) rows.apply(batch)
    for (const batch of late) rows.apply(batch)
    take = (batch) => rows.apply(batch)
    return rows
  }
}

/** Every station of every lane, in the order of the way. */
function places(all: readonly Flow[]): Place[] {
  return all.flatMap(({ lane, station, topic }) => {
    const before: Place[] = station === 'raw' ? [{ lane, station: 'sql', topic: null }] : []
    const after: Place[] = station === 'enriched' ? [{ lane, station: 'document', topic: null }] : []
    return [...before, { lane, station, topic }, ...after]
  })
}
