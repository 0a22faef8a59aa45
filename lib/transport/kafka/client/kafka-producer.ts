import { sleep } from '../../../clock/clock.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import type { ProduceResult, Producer, ProducerOptions } from '../../producer.ts'
import type { ProduceBatch, ProducerStamp } from '../../record-batch/produce-batch.ts'
import { noProducer, RecordBatchBuilder } from '../../record-batch/record-batch-builder.ts'
import type { ClusterClient } from './cluster-client.ts'
import { closed, errorCode, isRetriable, kafkaError, throwOnError } from './kafka-errors.ts'
import { pauseAfter } from './retry.ts'
import { initProducerIdRequest, produceRequest } from '../wire/produce-requests.ts'
import type { ProduceResponse } from '../wire/produce-requests.ts'

/** A batch on its way. Its stamp is fixed by the first attempt, so that the broker knows a second one again. */
interface Delivery {
  readonly batch: ProduceBatch
  readonly expiresAt: number
  readonly resolve: (result: ProduceResult) => void
  readonly reject: (error: unknown) => void
  stamp: ProducerStamp | null
  failures: number
}

/** The batches of a partition, in order; only the first is ever on the wire. */
interface PartitionQueue extends TopicPartition {
  readonly deliveries: Delivery[]
  /** Under whose name the partition is written, and the next sequence number. Null: to be asked for. */
  session: { readonly producerId: number; readonly producerEpoch: number; nextSequence: number } | null
  isBusy: boolean
}

/**
 * One request at a time to each leader, one batch a partition in it: what waits meanwhile goes with the next request.
 *
 * Idempotence (KIP-98): a producer id and its sequence belong to a partition here. Where the outcome of a batch stays unknown, or
 * the broker has lost the sequence, that partition alone goes on under a new id; retries of all others keep theirs.
 */
export class KafkaProducer implements Producer {
  readonly #client: ClusterClient
  readonly #options: ProducerOptions
  readonly #queues = new Map<string, PartitionQueue>()
  readonly #busyLeaders = new Set<number>()
  #isScheduled = false

  constructor(client: ClusterClient, options: ProducerOptions) {
    this.#client = client
    this.#options = options
  }

  newBatch(): ProduceBatch {
    return new RecordBatchBuilder(this.#options.compression)
  }

  send({ topic, partition }: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    if (this.#client.isClosed) return Promise.reject(closed('producer'))
    const queue = this.#queueOf({ topic, partition })
    const expiresAt = this.#client.clock.now() + this.#options.deliveryTimeoutMs
    return new Promise((resolve, reject) => {
      queue.deliveries.push({ batch, expiresAt, resolve, reject, stamp: null, failures: 0 })
      this.#schedule()
    })
  }

  close(): Promise<void> {
    this.#client.close()
    for (const { deliveries } of this.#queues.values()) for (const { reject } of deliveries.splice(0)) reject(closed('producer'))
    return Promise.resolve()
  }

  #queueOf(partition: TopicPartition): PartitionQueue {
    const key = partitionKey(partition)
    const queue = this.#queues.get(key) ?? { ...partition, deliveries: [], session: null, isBusy: false }
    this.#queues.set(key, queue)
    return queue
  }

  // Calls of one turn of the event loop share their requests.
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#sendWhatWaits()
    })
  }

  #sendWhatWaits(): void {
    const byLeader = new Map<number, PartitionQueue[]>()
    for (const queue of this.#queues.values()) {
      if (queue.isBusy || queue.deliveries.length === 0) continue
      const leader = this.#leaderReadyFor(queue)
      if (leader === null) void this.#prepare(queue)
      else if (!this.#busyLeaders.has(leader)) byLeader.set(leader, [...(byLeader.get(leader) ?? []), queue])
    }
    for (const [leader, queues] of byLeader) void this.#produce(leader, queues)
  }

  #leaderReadyFor(queue: PartitionQueue): number | null {
    if (queue.session === null && queue.deliveries[0]!.stamp === null) return null
    try {
      return this.#client.knownLeaderOf(queue).leader
    } catch {
      return null
    }
  }

  async #prepare(queue: PartitionQueue): Promise<void> {
    queue.isBusy = true
    try {
      await this.#client.leaderOf(queue)
      queue.session ??= await this.#newSession()
      queue.isBusy = false
      this.#schedule()
    } catch (error) {
      await this.#retryLater(queue, error)
    }
  }

  async #newSession(): Promise<PartitionQueue['session']> {
    if (this.#options.idempotence === 'disabled') return { producerId: -1, producerEpoch: -1, nextSequence: 0 }
    const { producerId, producerEpoch, errorCode: code } = await this.#client.sendToAny(initProducerIdRequest())
    throwOnError(code, 'Cannot get a producer id')
    return { producerId, producerEpoch, nextSequence: 0 }
  }

  async #produce(leader: number, queues: readonly PartitionQueue[]): Promise<void> {
    this.#busyLeaders.add(leader)
    for (const queue of queues) queue.isBusy = true
    try {
      const acks = this.#options.acks === 'all' ? -1 : 1
      const batches = queues.map((queue) => ({ ...partitionOf(queue), records: queue.deliveries[0]!.batch.seal(stampOf(queue)) }))
      const responses = await this.#client.sendTo(leader, produceRequest(batches, acks, this.#options.requestTimeoutMs))
      const byPartition = new Map(responses.map((response) => [partitionKey(response), response]))
      for (const queue of queues) this.#settle(queue, byPartition.get(partitionKey(queue)))
    } catch (error) {
      for (const queue of queues) void this.#retryLater(queue, error)
    } finally {
      this.#busyLeaders.delete(leader)
      this.#schedule()
    }
  }

  #settle(queue: PartitionQueue, response: ProduceResponse | undefined): void {
    const what = `Cannot write ${partitionKey(queue)}`
    const code = response?.errorCode ?? errorCode.unknownTopicOrPartition
    if (code === 0 || code === errorCode.duplicateSequenceNumber) this.#delivered(queue, response!)
    else if (lostSequences.has(code) && queue.session?.producerId !== -1) void this.#renew(queue, kafkaError(code, what))
    else void this.#retryLater(queue, kafkaError(code, what, partitionOf(queue)))
  }

  #delivered(queue: PartitionQueue, { baseOffset }: ProduceResponse): void {
    const delivery = queue.deliveries.shift()
    queue.isBusy = false
    delivery?.resolve({ baseOffset })
  }

  // The broker has refused this stamp, so the batch is not in the log under it: it may go under another.
  async #renew(queue: PartitionQueue, error: unknown): Promise<void> {
    queue.session = null
    const delivery = queue.deliveries[0]
    if (delivery !== undefined) delivery.stamp = null
    const isFirst = delivery?.failures === 0
    if (!isFirst) return this.#retryLater(queue, error, 'retriable')
    delivery.failures++
    return this.#prepare(queue)
  }

  async #retryLater(queue: PartitionQueue, error: unknown, kind?: 'retriable'): Promise<void> {
    const delivery = queue.deliveries[0]
    if (delivery === undefined) return void (queue.isBusy = false)
    const pauseMs = pauseAfter(delivery.failures++, this.#client.chance)
    const isLast = this.#client.clock.now() + pauseMs >= delivery.expiresAt || this.#client.isClosed
    if ((kind === undefined && !isRetriable(error)) || isLast) return this.#giveUp(queue, error)
    await sleep(this.#client.clock, pauseMs, this.#client.signal)
    await this.#client.refresh([queue.topic]).catch(() => {})
    queue.isBusy = false
    this.#schedule()
  }

  // A batch that was on the wire may be in the log: nobody may reuse its sequence numbers, and nobody may wait for them.
  #giveUp(queue: PartitionQueue, error: unknown): void {
    const delivery = queue.deliveries.shift()!
    if (delivery.stamp !== null) queue.session = null
    queue.isBusy = false
    delivery.reject(error)
    this.#schedule()
  }
}

const lostSequences: ReadonlySet<number> = new Set([
  errorCode.outOfOrderSequenceNumber,
  errorCode.unknownProducerId,
  errorCode.invalidProducerEpoch,
])

function partitionOf({ topic, partition }: TopicPartition): TopicPartition {
  return { topic, partition }
}

function stampOf(queue: PartitionQueue): ProducerStamp {
  const delivery = queue.deliveries[0]!
  delivery.stamp ??= nextStamp(queue.session!, delivery.batch.count)
  return delivery.stamp
}

function nextStamp(session: NonNullable<PartitionQueue['session']>, count: number): ProducerStamp {
  if (session.producerId < 0) return noProducer
  const { producerId, producerEpoch, nextSequence } = session
  // Sequence numbers go round at 2^31 (Kafka: `DefaultRecordBatch.incrementSequence`).
  session.nextSequence = (nextSequence + count) % 2 ** 31
  return { producerId, producerEpoch, baseSequence: nextSequence, isTransactional: false }
}
