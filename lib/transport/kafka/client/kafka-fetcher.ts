import { TransportError } from '../../../model/errors.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../../fetcher.ts'
import { logTruncation } from '../../log-truncation.ts'
import { fetchedBytes } from '../../readable-ranges.ts'
import { decodeFetched } from '../../record-batch/decode-fetched.ts'
import { BrokerPolls, placeOf } from './broker-polls.ts'
import type { PollPlan } from './broker-polls.ts'
import type { ClusterClient } from './cluster-client.ts'
import { FetchMemory } from './fetch-memory.ts'
import { closed, isRetriable, kafkaError } from './kafka-errors.ts'
import { pauseAfter } from './retry.ts'
import { errorCodes } from '../wire/error-codes.ts'
import { zeroUuid } from '../wire/schema.ts'
import { fetchRequest } from '../wire/fetch-request.ts'
import type { FetchResponse, FetchTarget, PartitionResponse } from '../wire/fetch-request.ts'
import { epochEndsRequest } from '../wire/epoch-ends-request.ts'
import type { EpochEnd } from '../wire/epoch-ends-request.ts'

interface Answer extends FetchedPartition {
  /** The position of the request. If the caller has another position by now, the answer is dropped. */
  readonly offset: number
  /** Id of the topic that was asked for; that of zeros is not known. */
  readonly topicId: string
}

/**
 * Polls the brokers that have the partitions, each by `BrokerPolls`. When one broker answers, `fetch` returns, though polls of others
 * go on. A later call of `fetch` gets their answers. So a broker without new records does not delay the others. Answers for partitions
 * that are paused when they come are kept, at most one for each (Java: `FetchBuffer`).
 *
 * A partition in trouble is left alone for a growing pause, and its leader is looked up meanwhile. The other partitions go on.
 *
 * KIP-320: a new leader is first asked whether its log has what was read. Later the requests say which epoch was read last.
 */
export class KafkaFetcher implements Fetcher {
  readonly #client: ClusterClient
  readonly #clientRack: string
  readonly #brokers = new Map<number, BrokerPolls>()
  readonly #memory = new FetchMemory()
  /** By partition and position. A later answer to the same position replaces the one before, e.g. an error that has passed. */
  #answers = new Map<string, Answer>()
  #failure: unknown = null
  #refreshing: Promise<void> | null = null
  /** The positions that a new leader is asked about now. */
  readonly #unconfirmed = new Set<string>()
  #changed = Promise.withResolvers<void>()

  /** `clientRack` is empty for a client that is in no rack. */
  constructor(client: ClusterClient, clientRack = '') {
    this.#client = client
    this.#clientRack = clientRack
    client.signal.addEventListener('abort', () => this.#wake(), { once: true })
  }

  async fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]> {
    if (this.#client.isClosed) throw closed('fetcher')
    limits.signal?.addEventListener('abort', this.#wake)
    await this.#untilNews(positions, limits).finally(() => limits.signal?.removeEventListener('abort', this.#wake))
    return this.#takeAnswers(positions, limits.paused)
  }

  get heldBytes(): number {
    return fetchedBytes([...this.#answers.values()])
  }

  close(): Promise<void> {
    this.#client.close()
    return Promise.resolve()
  }

  // Polls of this call are awaited to their end, which the broker keeps. Polls of earlier calls are awaited until `maxWaitMs` only.
  async #untilNews(positions: readonly FetchPosition[], limits: FetchLimits): Promise<void> {
    const { clock } = this.#client
    const end = clock.monotonic() + limits.maxWaitMs
    const own = new Set<Promise<void>>()
    for (let leftMs = limits.maxWaitMs, isFirst = true; ; leftMs = end - clock.monotonic(), isFirst = false) {
      if (this.#isOver(positions, limits)) return
      if (isFirst || leftMs > 0) await this.#startPolls(positions, { ...limits, maxWaitMs: Math.max(0, leftMs) }, own)
      if (leftMs <= 0 && own.size === 0) return
      if (!this.#isOver(positions, limits)) await this.#untilChange(positions, leftMs)
    }
  }

  #isOver(positions: readonly FetchPosition[], { signal }: FetchLimits): boolean {
    return this.#hasNews(positions) || this.#client.isClosed || signal?.aborted === true
  }

  /** Resolves when a poll has ended, a partition may be asked for again, the time is over, or a signal is aborted. */
  async #untilChange(positions: readonly FetchPosition[], leftMs: number): Promise<void> {
    const { clock } = this.#client
    const retryMs = this.#memory.nextRetryMs(positions, clock.monotonic())
    const waitMs = leftMs > 0 ? Math.min(leftMs, retryMs) : retryMs
    const timer = clock.schedule(waitMs, this.#wake)
    await this.#changed.promise
    timer.cancel()
  }

  async #startPolls(positions: readonly FetchPosition[], limits: FetchLimits, own: Set<Promise<void>>): Promise<void> {
    const byBroker = new Map<number, FetchTarget[]>()
    const unconfirmed: FetchTarget[] = []
    for (const position of this.#memory.inTurn(positions)) {
      if (this.#isLeftAlone(position)) continue
      if (!this.#client.knows(position.topic)) await this.#learn(position)
      const found = this.#target(position)
      if (found === null) continue
      if (!this.#memory.isConfirmed(position, found.target.currentEpoch)) {
        unconfirmed.push(found.target)
        continue
      }
      const targets = byBroker.get(found.nodeId)
      if (targets === undefined) byBroker.set(found.nodeId, [found.target])
      else targets.push(found.target)
    }
    this.#confirm(unconfirmed)
    for (const [nodeId, targets] of byBroker) {
      const plan = this.#pollsOf(nodeId).plan(targets, limits.maxWaitMs)
      if (plan === null) continue
      const poll = this.#poll(nodeId, plan, limits).finally(() => own.delete(poll))
      own.add(poll)
    }
  }

  #pollsOf(nodeId: number): BrokerPolls {
    const polls = this.#brokers.get(nodeId) ?? new BrokerPolls()
    this.#brokers.set(nodeId, polls)
    return polls
  }

  #isLeftAlone(position: FetchPosition): boolean {
    if (!this.#memory.hasFailed(position)) return false
    return this.#refreshing !== null || this.#client.clock.monotonic() < this.#memory.retryAtMs(position)
  }

  /** Asks for the leaders of a topic that is new to the client. */
  async #learn(position: FetchPosition): Promise<void> {
    await this.#client.refresh([position.topic]).catch((error: unknown) => this.#failAlone(position, error))
  }

  /** Synchronous: it is asked for each partition at each poll. */
  #target(position: FetchPosition): { readonly nodeId: number; readonly target: FetchTarget } | null {
    const { topic, partition, offset } = position
    if (this.#isLeftAlone(position)) return null
    try {
      const { leader, leaderEpoch: currentEpoch } = this.#client.knownLeaderOf(position)
      const topicId = this.#client.topicIdOf(topic)
      if (isAnother(topicId, position)) throw recreated(position)
      const replica = this.#memory.replicaOf(position, this.#client.clock.monotonic())
      const nodeId = replica >= 0 && this.#client.hasBroker(replica) ? replica : leader
      return {
        nodeId,
        target: { topic, topicId, partition, offset, currentEpoch, leaderEpoch: this.#memory.lastEpoch(position) },
      }
    } catch (error) {
      this.#failAlone(position, error)
      return null
    }
  }

  #failAlone(position: FetchPosition, error: unknown): void {
    if (!(error instanceof TransportError) || error.code === 'TRANSPORT_BROKER_UNREACHABLE') throw error
    this.#fail([position], error)
  }

  // Never rejects, because the call that started the poll may have returned. Errors go to the next call.
  async #poll(nodeId: number, plan: PollPlan<FetchTarget>, limits: FetchLimits): Promise<void> {
    const { positions, lane, maxWaitMs } = plan
    const polls = this.#pollsOf(nodeId)
    polls.begin(plan)
    try {
      const request = fetchRequest(positions, { ...limits, maxWaitMs }, this.#clientRack, lane)
      this.#accept(nodeId, positions, await this.#client.sendTo(nodeId, request))
    } catch (error) {
      if (error instanceof TransportError) this.#fail(positions, error)
      else this.#failure = error
    }
    polls.end(plan)
    this.#wake()
  }

  #accept(nodeId: number, positions: readonly FetchTarget[], { errorCode, partitions }: FetchResponse): void {
    if (errorCode !== 0) throw kafkaError(errorCode, `Cannot fetch from broker ${nodeId}`)
    const asked = new Map(positions.map((position) => [partitionKey(position), position]))
    for (const response of partitions) {
      const position = asked.get(partitionKey(response))
      if (position !== undefined) this.#acceptPartition(nodeId, position, response)
    }
  }

  #acceptPartition(nodeId: number, position: FetchTarget, response: PartitionResponse): void {
    const nowMs = this.#client.clock.monotonic()
    const isFromFollower = this.#memory.replicaOf(position, nowMs) === nodeId
    // A follower may be behind: only the leader knows whether its log has the offset.
    if (response.errorCode === errorCodes.OFFSET_OUT_OF_RANGE && isFromFollower) return this.#memory.prefer(position, -1, nowMs)
    const answer = toAnswer(response, position)
    if (isRetriable(answer.error)) return this.#fail([position], answer.error)
    if (response.preferredReadReplica >= 0) this.#memory.prefer(position, response.preferredReadReplica, nowMs)
    this.#memory.served(position, answer.batches, isFromFollower ? -1 : position.currentEpoch)
    this.#answers.set(placeOf(answer), answer)
  }

  /** Asks the leaders about positions that were read under another leader. They are fetched when the leader has confirmed them. */
  #confirm(targets: readonly FetchTarget[]): void {
    const fresh = targets.filter((target) => !this.#unconfirmed.has(placeOf(target)))
    const byLeader = Map.groupBy(fresh, (target) => this.#client.knownLeaderOf(target).leader)
    for (const [leader, asked] of byLeader) void this.#ask(leader, asked)
  }

  // Never rejects, as `#poll`.
  async #ask(leader: number, targets: readonly FetchTarget[]): Promise<void> {
    for (const target of targets) this.#unconfirmed.add(placeOf(target))
    try {
      this.#acceptEnds(targets, await this.#client.sendTo(leader, epochEndsRequest(targets)))
    } catch (error) {
      if (error instanceof TransportError) this.#fail(targets, error)
      else this.#failure = error
    }
    for (const target of targets) this.#unconfirmed.delete(placeOf(target))
    this.#wake()
  }

  #acceptEnds(targets: readonly FetchTarget[], ends: readonly EpochEnd[]): void {
    const answered = new Map(ends.map((end) => [partitionKey(end), end]))
    for (const target of targets) {
      const end = answered.get(partitionKey(target))
      if (end !== undefined) this.#acceptEnd(target, end)
    }
  }

  #acceptEnd(target: FetchTarget, end: EpochEnd): void {
    const { topic, partition, offset } = target
    if (end.errorCode !== 0)
      return this.#fail(
        [target],
        kafkaError(end.errorCode, `Cannot confirm the position in ${topic}-${partition}`, { topic, partition }),
      )
    if (end.endOffset >= offset && end.leaderEpoch >= 0) return this.#memory.confirmed(target, target.currentEpoch)
    const { topicId } = target
    this.#answers.set(placeOf(target), { topic, topicId, partition, offset, error: logTruncation(target, end), ...nothing })
  }

  #fail(positions: readonly FetchPosition[], error: TransportError): void {
    const { clock, chance } = this.#client
    // A broker that restarts fails all of its partitions alike: one line for the kind of trouble, not one for each.
    if (error.code !== 'TRANSPORT_NETWORK_EXCEPTION') this.#client.report(error.code, error)
    for (const position of positions) {
      const { topic, partition, offset } = position
      this.#memory.failed(position, clock.monotonic(), (failures) => pauseAfter(failures, chance))
      this.#answers.set(placeOf(position), { topic, topicId: zeroUuid, partition, offset, error, ...nothing })
    }
    if (error.kind === 'retriable') this.#refresh(positions)
  }

  // Looks the leaders up beside the polls of other partitions. A second failure during the lookup does not start another one.
  #refresh(positions: readonly FetchPosition[]): void {
    this.#refreshing ??= this.#client
      .refresh([...new Set(positions.map(({ topic }) => topic))])
      .catch((error: unknown) => {
        if (!this.#client.isClosed) this.#failure = error
      })
      .finally(() => {
        this.#refreshing = null
        this.#wake()
      })
  }

  /** Lets calls that wait look again. A wait has neither signals nor promises of its own: they would cost more than the rest of an empty poll. */
  readonly #wake = (): void => {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers<void>()
  }

  #hasNews(positions: readonly FetchPosition[]): boolean {
    if (this.#failure !== null) return true
    return positions.some((position) => {
      const answer = this.#answerTo(position)
      return answer !== null && isNews(answer)
    })
  }

  #takeAnswers(positions: readonly FetchPosition[], paused: readonly FetchPosition[] = []): readonly FetchedPartition[] {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure
    const taken = positions.flatMap((position) => this.#answerTo(position) ?? [])
    const kept = paused.flatMap((position) => this.#answerTo(position) ?? []).filter(isNews)
    this.#answers = new Map(kept.map((answer) => [placeOf(answer), answer]))
    return taken
  }

  #answerTo(position: FetchPosition): Answer | null {
    const answer = this.#answers.get(placeOf(position))
    return answer === undefined || isAnother(answer.topicId, position) ? null : answer
  }
}

const nothing = {
  batches: [],
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: [],
} as const

function toAnswer(response: PartitionResponse, { offset, topicId }: FetchTarget): Answer {
  const { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset, abortedTransactions } = response
  const answer = { topic, topicId, partition, offset, highWatermark, lastStableOffset, logStartOffset, abortedTransactions }
  const what = `Cannot fetch ${topic}-${partition} from offset ${offset}`
  if (errorCode !== 0) return { ...answer, batches: [], error: kafkaError(errorCode, what, { topic, partition }) }
  const { endOffset, epoch: leaderEpoch } = response.divergingEpoch
  const error = endOffset < 0 ? null : logTruncation({ topic, partition, offset }, { endOffset, leaderEpoch })
  if (error !== null) return { ...answer, batches: [], error }
  return { ...answer, ...decodeFetched({ topic, partition, offset }, response.records) }
}

/** Whether the topic of this name is another one than that of the position. Brokers before Kafka 2.8 do not say. */
function isAnother(topicId: string, position: FetchPosition): boolean {
  return position.topicId !== undefined && topicId !== zeroUuid && topicId !== position.topicId
}

function recreated({ topic, partition }: FetchPosition): TransportError {
  return kafkaError(errorCodes.UNKNOWN_TOPIC_ID, `Cannot fetch ${topic}-${partition}, which was deleted and created again`, {
    topic,
    partition,
  })
}

// An answer without records does not end the wait: it has only the offsets of the partition's start and end. Nor does an error that
// may pass, because the fetcher tries again by itself.
function isNews({ error, batches }: Answer): boolean {
  return batches.length > 0 || (error !== null && !isRetriable(error))
}
