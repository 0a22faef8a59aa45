import { bindSerde, openProducer } from 'millrace'
import type { Cluster, RawRecord, SchemaRegistry, TopicProducer } from 'millrace'
import { placeText } from '../../../examples/transfer-pipeline/errors/letter-headers.ts'
import { decisionRecord, statesTopic } from '../../../examples/transfer-pipeline/errors/letter-state.ts'
import type { Decision } from '../../../examples/transfer-pipeline/errors/letter-state.ts'
import {
  bytesOf,
  deadLetterTopics,
  enriched,
  transferCommands,
  transfers,
  users,
} from '../../../examples/transfer-pipeline/topics.ts'
import type { Letter, LetterAddress, LetterDetail, LetterPage, LetterQuery, ReplayOrder } from '../../contracts/dead-letters.ts'
import { detailOf } from '../../dead-letters/letter-detail.ts'
import type { Decoder } from '../../dead-letters/letter-detail.ts'
import { LetterBook } from '../../dead-letters/letter-book.ts'
import { addressText } from '../../dead-letters/ports.ts'
import type { DeadLetters } from '../../dead-letters/ports.ts'
import { replayOf } from '../../dead-letters/replay.ts'
import type { Replay } from '../../dead-letters/replay.ts'
import { Problem } from '../../platform/http/problem.ts'
import { endsOf, fetchOne, startsOf } from './partition-ends.ts'
import { OffsetGoneError, tailTopics } from './topic-tail.ts'
import type { TailPart } from './topic-tail.ts'

const clientId = 'dead-letters'

export interface KafkaDeadLettersOptions {
  readonly cluster: Cluster
  /** Decodes Avro for people. Without it Avro is shown by its bytes only. */
  readonly schemaRegistry: SchemaRegistry | null
}

/** Dead letters on a cluster: reads them all from the start, then follows. */
export class KafkaDeadLetters implements DeadLetters {
  readonly #options: KafkaDeadLettersOptions
  readonly #book = new LetterBook()
  readonly #producer: TopicProducer
  readonly #stopping = new AbortController()
  /** Rejects when it can no longer follow. */
  done: Promise<void> = Promise.resolve()

  private constructor(options: KafkaDeadLettersOptions, producer: TopicProducer) {
    this.#options = options
    this.#producer = producer
  }

  /** Resolves when all letters that were there are known. */
  static async open(options: KafkaDeadLettersOptions): Promise<KafkaDeadLetters> {
    const letters = new KafkaDeadLetters(options, await openProducer(options.cluster, { clientId }))
    const ends = await letters.#read(await startsOf(options.cluster, followed))
    letters.done = letters.#follow(ends)
    letters.done.catch(() => {})
    return letters
  }

  async list(query: LetterQuery): Promise<LetterPage> {
    return this.#book.list(query)
  }

  async show(address: LetterAddress, awaitMs = 0): Promise<LetterDetail> {
    this.#known(address)
    await this.#book.outcome(address, awaitMs)
    return this.#detail(address)
  }

  async replay(address: LetterAddress, order: ReplayOrder): Promise<LetterDetail> {
    const letter = this.#known(address)
    const replay = replayOf(letter, await this.#record(address), order)
    if (letter.remedy === 'send-to-topic') await this.#refuseOlder(letter, replay)
    const { record, topic, partition } = replay
    const at = Date.now()
    const [sent] = await this.#producer.send(bytesOf(topic), [{ ...record, partition }])
    const form = order.value === undefined ? 'as it is' : 'edited'
    await this.#decide(address, { decision: 'replayed', at, replay: placeText(sent!), form })
    return this.#detail(address)
  }

  async discard(address: LetterAddress): Promise<LetterDetail> {
    this.#known(address)
    await this.#decide(address, { decision: 'discarded', at: Date.now() })
    return this.#detail(address)
  }

  async close(): Promise<void> {
    this.#stopping.abort()
    await this.done.catch(() => {})
    await this.#producer.close()
  }

  #known(address: LetterAddress): Letter {
    const letter = this.#book.get(address)
    if (letter === undefined) throw new Problem(404, `There is no dead letter at ${addressText(address)}.`)
    return letter
  }

  async #decide(address: LetterAddress, decision: Decision): Promise<void> {
    await this.#producer.send(statesTopic, [decisionRecord(addressText(address), decision)])
    this.#book.note(address, decision)
  }

  async #detail(address: LetterAddress): Promise<LetterDetail> {
    const record = await this.#record(address)
    return detailOf(this.#known(address), record, await this.#decoder(record))
  }

  async #record({ topic, p, o }: LetterAddress): Promise<RawRecord> {
    const record = await fetchOne(this.#options.cluster, { topic, partition: p, offset: o })
    if (record === undefined) throw new Problem(404, `The dead letter at ${topic}/${p}/${o} is no longer kept.`)
    return record
  }

  /** What reads the value of an Avro topic; the registry may be down, and then the bytes are all there is to show. */
  async #decoder(record: RawRecord): Promise<Decoder | null> {
    const { schemaRegistry } = this.#options
    const source = avroTopics.find(({ name }) => record.topic === `${name}.dlq` || record.topic === 'connect.mongo-sink.dlq')
    if (source === undefined || schemaRegistry === null || record.value === null) return null
    const serde = bindSerde(source.value as typeof enriched.value, { schemaRegistry })
    const context = { topic: source.name, component: 'value', headers: record.headers } as const
    const isReady = await serde.prepareRead!([record.value], context).then(
      () => true,
      () => false,
    )
    return isReady ? (bytes) => serde.deserialize(bytes, context) : null
  }

  /** Sent to its own topic behind a newer record of its key, it would undo that. */
  async #refuseOlder({ source }: Letter, { topic, partition, record }: Replay): Promise<void> {
    const from = { topic, partition, offset: source!.o + 1 }
    const ends = await endsOf(this.#options.cluster, [topic])
    const until = ends.filter((end) => end.partition === partition)
    for await (const parts of tailTopics(this.#options.cluster, {
      clientId,
      from: [from],
      until,
      signal: this.#stopping.signal,
    })) {
      const newer = parts
        .flatMap(({ records }) => records)
        .find(({ key }) => Buffer.compare(key ?? nothing, record.key ?? nothing) === 0)
      if (newer !== undefined)
        throw new Problem(
          409,
          `Something newer of this key is at ${placeText(newer)}: sent again, this one would undo it. Discard it.`,
        )
    }
  }

  /** Reads up to the present ends, and returns them. */
  async #read(starts: Awaited<ReturnType<typeof startsOf>>): Promise<Awaited<ReturnType<typeof startsOf>>> {
    const ends = await endsOf(this.#options.cluster, followed)
    const { signal } = this.#stopping
    for await (const parts of tailTopics(this.#options.cluster, { clientId, from: starts, until: ends, signal })) this.#add(parts)
    return ends
  }

  /** What retention takes away while nobody reads is not missed: the letters are gone. */
  async #follow(from: Awaited<ReturnType<typeof startsOf>>): Promise<void> {
    const { signal } = this.#stopping
    for (let start = from; !signal.aborted; start = await startsOf(this.#options.cluster, followed)) {
      try {
        for await (const parts of tailTopics(this.#options.cluster, { clientId, from: start, signal })) this.#add(parts)
        return
      } catch (error) {
        if (!(error instanceof OffsetGoneError)) throw error
      }
    }
  }

  #add(parts: readonly TailPart[]): void {
    for (const { records } of parts) for (const record of records) this.#book.add(record)
  }
}

const followed = [...deadLetterTopics, statesTopic.name]
const avroTopics = [users, transfers, transferCommands, enriched]
const nothing = new Uint8Array()
