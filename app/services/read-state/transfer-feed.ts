import { randomBytes } from 'node:crypto'
import type { Cluster, SchemaRegistry } from 'millrace'
import { tailTopics } from '../../adapters/kafka/topic-tail.ts'
import { FeedLog } from '../../feed/feed-log.ts'
import { BatchGatherer } from '../../feed/topics/batch-gatherer.ts'
import { feedSources } from '../../feed/topics/flows.ts'
import { describeTopics, endsOf, startsOf } from '../../feed/topics/feed-topics.ts'
import { RecordMaker } from '../../feed/topics/record-maker.ts'
import { TopicHistory, positionsOf } from '../../feed/topics/topic-history.ts'

export interface TransferFeedOptions {
  readonly cluster: Cluster
  readonly schemaRegistry: SchemaRegistry
  readonly clusterIdentity: string
}

/** The feed of the enriched topic alone. It reads nothing before its first client comes. */
export class TransferFeed implements AsyncDisposable {
  readonly #options: TransferFeedOptions
  readonly #stopping = new AbortController()
  readonly #failure = Promise.withResolvers<never>()
  #log: Promise<FeedLog> | null = null
  #following: Promise<void> = Promise.resolve()

  constructor(options: TransferFeedOptions) {
    this.#options = options
    this.#failure.promise.catch(() => {})
  }

  /** Rejects when the topic can no longer be followed. */
  get failure(): Promise<never> {
    return this.#failure.promise
  }

  log(): Promise<FeedLog> {
    this.#log ??= this.#open()
    return this.#log
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    const log = await this.#log?.catch(() => null)
    log?.close('server.closing', { detail: 'The service stops.' })
    await this.#following
  }

  async #open(): Promise<FeedLog> {
    const { cluster, schemaRegistry, clusterIdentity } = this.#options
    const sources = feedSources.filter(({ kind }) => kind === 'transfer')
    const clock = randomBytes(4).toString('hex')
    const records = new RecordMaker(sources, schemaRegistry)
    const history = new TopicHistory(cluster, records, clock, () => performance.now())
    const topics = await describeTopics(
      cluster,
      sources.map(({ name }) => name),
      clusterIdentity,
    )
    const start = await endsOf(cluster, topics)
    const log = new FeedLog({ topics, start, history })
    this.#following = this.#follow(log, records, clock).catch(this.#failure.reject)
    // The records are made for what their maker learns of them: whom a transfer concerns that is deleted later.
    const { signal } = this.#stopping
    for await (const _batch of history.read(await startsOf(cluster, topics), start, signal));
    return log
  }

  async #follow(log: FeedLog, records: RecordMaker, clock: string): Promise<void> {
    const gatherer = new BatchGatherer(clock, (batch) => log.append(batch))
    const options = { clientId: 'read-state-feed', from: positionsOf(log.positions), signal: this.#stopping.signal }
    for await (const parts of tailTopics(this.#options.cluster, options))
      gatherer.add(await records.makeParts(parts, performance.now()))
  }
}
