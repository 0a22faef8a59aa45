import { sleep } from '../../../clock/clock.ts'
import { TransportError } from '../../../model/errors.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { TopicPartition } from '../../../model/topic-partition.ts'
import { PartitionOrder } from '../../partition-order.ts'
import { IdempotentSession, namelessSession } from '../../producer-session.ts'
import type { ProducerIdentity, ProducerSession } from '../../producer-session.ts'
import type { ProduceResult, Producer, ProducerOptions } from '../../producer.ts'
import type { ProduceBatch, ProducerStamp } from '../../record-batch/produce-batch.ts'
import { BatchMemory } from '../../record-batch/batch-memory.ts'
import { RecordBatchBuilder } from '../../record-batch/record-batch-builder.ts'
import { errorCodes } from '../wire/error-codes.ts'
import { initProducerIdRequest, produceBytes, produceRequest } from '../wire/produce-requests.ts'
import type { ProduceResponse } from '../wire/produce-requests.ts'
import type { ClusterClient } from './cluster-client.ts'
import { closed, isRetriable, kafkaError, throwOnError } from './kafka-errors.ts'
import { RequestMemory } from './request-memory.ts'
import { pauseAfter } from './retry.ts'

/** A batch that is being sent. Each partition has at most one. */
interface Delivery {
  readonly at: TopicPartition
  readonly batch: ProduceBatch
  readonly expiresAt: number
  readonly resolve: (result: ProduceResult) => void
  readonly reject: (error: unknown) => void
  /** The first attempt sets the stamp. Later attempts keep it, so that the broker recognizes the batch. */
  stamp: ProducerStamp | null
  failures: number
}

/**
 * Writes batches to the leaders of their partitions. Each leader gets one request at a time, with at most one batch per partition.
 * Batches that come meanwhile go with the next request.
 *
 * `PartitionOrder` keeps the order of batches, `ProducerSession` their ids and sequence numbers. This class decides whether a batch
 * is delivered, tried again, or given up.
 */
export class KafkaProducer implements Producer {
  readonly #client: ClusterClient
  readonly #options: ProducerOptions
  readonly #session: ProducerSession
  readonly #order = new PartitionOrder()
  readonly #memory = new BatchMemory()
  readonly #requests = new RequestMemory()
  readonly #underway = new Set<Delivery>()
  readonly #waiting = new Set<Delivery>()
  readonly #busyLeaders = new Set<number>()
  #isScheduled = false

  /** Without a `session` the options decide whether the producer has one. */
  constructor(client: ClusterClient, options: ProducerOptions, session?: ProducerSession) {
    this.#client = client
    this.#options = options
    this.#session = session ?? this.#ownSession()
  }

  #ownSession(): ProducerSession {
    if (this.#options.idempotence === 'disabled') return namelessSession
    return new IdempotentSession({ acquire: () => this.#acquireIdentity() })
  }

  newBatch(): ProduceBatch {
    return RecordBatchBuilder.reusing(this.#memory, this.#options.compression)
  }

  send({ topic, partition }: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    const at = { topic, partition }
    const expiresAt = this.#client.clock.monotonic() + this.#options.deliveryTimeoutMs
    return this.#order.run(at, () => this.#deliver(at, batch, expiresAt))
  }

  close(): Promise<void> {
    this.#client.close()
    for (const delivery of this.#underway) this.#end(delivery).reject(closed('producer'))
    return Promise.resolve()
  }

  #deliver(at: TopicPartition, batch: ProduceBatch, expiresAt: number): Promise<ProduceResult> {
    if (this.#client.isClosed) return Promise.reject(closed('producer'))
    return new Promise((resolve, reject) => {
      const delivery = { at, batch, expiresAt, resolve, reject, stamp: null, failures: 0 }
      this.#underway.add(delivery)
      this.#await(delivery)
    })
  }

  /** Queues the delivery for the next request to its leader. */
  #await(delivery: Delivery): void {
    if (this.#underway.has(delivery)) this.#waiting.add(delivery)
    this.#schedule()
  }

  #end(delivery: Delivery): Delivery {
    this.#underway.delete(delivery)
    this.#waiting.delete(delivery)
    return delivery
  }

  // Deliveries of one turn of the event loop share their requests.
  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      this.#sendWhatWaits()
    })
  }

  #sendWhatWaits(): void {
    const byLeader = new Map<number, Delivery[]>()
    for (const delivery of this.#waiting) {
      const leader = this.#leaderReadyFor(delivery)
      if (leader === null) void this.#prepare(delivery)
      else if (!this.#busyLeaders.has(leader)) byLeader.set(leader, [...(byLeader.get(leader) ?? []), delivery])
    }
    for (const [leader, deliveries] of byLeader) void this.#produce(leader, deliveries)
  }

  #leaderReadyFor({ at, stamp }: Delivery): number | null {
    if (stamp === null && !this.#session.isReadyFor(at)) return null
    try {
      return this.#client.knownLeaderOf(at).leader
    } catch {
      return null
    }
  }

  async #prepare(delivery: Delivery): Promise<void> {
    this.#waiting.delete(delivery)
    try {
      await this.#client.leaderOf(delivery.at)
      await this.#session.ready(delivery.at)
      this.#await(delivery)
    } catch (error) {
      await this.#retryLater(delivery, error)
    }
  }

  async #acquireIdentity(): Promise<ProducerIdentity> {
    const { producerId, producerEpoch, errorCode: code } = await this.#client.sendToAny(initProducerIdRequest())
    throwOnError(code, 'Cannot get a producer id')
    return { producerId, producerEpoch }
  }

  async #produce(leader: number, deliveries: readonly Delivery[]): Promise<void> {
    this.#busyLeaders.add(leader)
    for (const delivery of deliveries) this.#waiting.delete(delivery)
    try {
      const acks = this.#options.acks === 'all' ? -1 : 1
      const batches = deliveries.map((delivery) => ({ ...delivery.at, records: delivery.batch.seal(this.#stampOf(delivery)) }))
      const body = this.#requests.take(leader, produceBytes(batches))
      const request = produceRequest(batches, acks, this.#options.requestTimeoutMs, this.#session.transaction, body)
      const responses = await this.#client.sendTo(leader, request)
      this.#requests.answered(leader, body)
      const byPartition = new Map(responses.map((response) => [partitionKey(response), response]))
      for (const delivery of deliveries) this.#settle(delivery, byPartition.get(partitionKey(delivery.at)))
    } catch (error) {
      for (const delivery of deliveries) void this.#retryLater(delivery, error)
    } finally {
      this.#busyLeaders.delete(leader)
      this.#schedule()
    }
  }

  #stampOf(delivery: Delivery): ProducerStamp {
    delivery.stamp ??= this.#session.stamp(delivery.at, delivery.batch.count)
    return delivery.stamp
  }

  #settle(delivery: Delivery, response: ProduceResponse | undefined): void {
    const code = response?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    if (code === 0 || code === errorCodes.DUPLICATE_SEQUENCE_NUMBER) return this.#acknowledged(delivery, response!.baseOffset)
    const { message = null, recordErrors = [] } = response ?? {}
    const error = kafkaError(code, `Cannot write ${partitionKey(delivery.at)}`, { ...delivery.at, message, recordErrors })
    if (lostSequences.has(code) && delivery.stamp!.producerId >= 0) return this.#lost(delivery, error)
    // The broker refused the first attempt, so the log does not have the batch.
    if (delivery.failures === 0 && error.kind === 'fatal' && code !== errorCodes.UNKNOWN_SERVER_ERROR) this.#takeBack(delivery)
    void this.#retryLater(delivery, error)
  }

  /** A batch that was given up before keeps its bytes: whoever waited for it may read them. */
  #acknowledged(delivery: Delivery, baseOffset: number): void {
    if (this.#underway.has(delivery)) delivery.batch.release?.()
    this.#end(delivery).resolve({ baseOffset })
  }

  #takeBack(delivery: Delivery): void {
    this.#session.takeBack(delivery.at, delivery.stamp!)
    delivery.stamp = null
  }

  // In a transaction no batch gets another stamp: the transaction has to be aborted.
  #lost(delivery: Delivery, error: TransportError): void {
    if (this.#session.transaction === null) void this.#renew(delivery, error)
    else this.#giveUp(delivery, new TransportError(error.code, 'abortable', error.message, { facts: error.facts, cause: error }))
  }

  // The broker refuses the stamp, so the log does not have the batch under this stamp, and it can be sent with another one. The first
  // renewal is sent at once, later ones after a pause.
  async #renew(delivery: Delivery, error: unknown): Promise<void> {
    this.#abandonStamp(delivery)
    if (delivery.failures > 0) return this.#retryLater(delivery, error, 'retriable')
    delivery.failures++
    return this.#prepare(delivery)
  }

  #abandonStamp(delivery: Delivery): void {
    if (delivery.stamp !== null) this.#session.abandon(delivery.stamp)
    delivery.stamp = null
  }

  async #retryLater(delivery: Delivery, error: unknown, kind?: 'retriable'): Promise<void> {
    if (!this.#underway.has(delivery)) return
    const pauseMs = pauseAfter(delivery.failures++, this.#client.chance, error)
    const isOver = this.#client.isClosed || this.#session.transaction?.isOpen === false
    const isLast = this.#client.clock.monotonic() + pauseMs >= delivery.expiresAt || isOver
    if ((kind === undefined && !isRetriable(error)) || isLast) return this.#giveUp(delivery, error)
    await sleep(this.#client.clock, pauseMs, this.#client.signal)
    await this.#client.refresh([delivery.at.topic]).catch(() => {})
    this.#await(delivery)
  }

  // The batch may have reached the log. Its sequence numbers can be neither used again nor skipped, so the session raises its epoch.
  #giveUp(delivery: Delivery, error: unknown): void {
    this.#abandonStamp(delivery)
    this.#end(delivery).reject(error)
  }
}

const lostSequences: ReadonlySet<number> = new Set([
  errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
  errorCodes.UNKNOWN_PRODUCER_ID,
  errorCodes.INVALID_PRODUCER_EPOCH,
])
