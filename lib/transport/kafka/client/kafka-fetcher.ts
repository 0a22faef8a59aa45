import { sleep } from '../../../clock/clock.ts'
import { TransportError } from '../../../model/errors.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../../fetcher.ts'
import { decodeFetched } from '../../record-batch/decode-fetched.ts'
import type { ClusterClient } from './cluster-client.ts'
import { closed, isRetriable, kafkaError } from './kafka-errors.ts'
import { pauseAfter } from './retry.ts'
import { fetchRequest } from '../wire/fetch-request.ts'
import type { FetchTarget, PartitionResponse } from '../wire/fetch-request.ts'

interface Answer extends FetchedPartition {
  /** The position of the request. If the caller has another position by now, the answer is dropped. */
  readonly offset: number
}

/**
 * Sends one request at a time to each leader. When one leader answers, `fetch` returns, though the long polls of other leaders go
 * on. A later call of `fetch` gets their answers. So a leader without new records does not delay the others.
 */
export class KafkaFetcher implements Fetcher {
  readonly #client: ClusterClient
  readonly #polls = new Map<number, Promise<void>>()
  #answers: Answer[] = []
  #failure: unknown = null
  #failures = 0

  constructor(client: ClusterClient) {
    this.#client = client
  }

  async fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]> {
    if (this.#client.isClosed) throw closed('fetcher')
    if (this.#failures > 0) await this.#recover(positions, limits)
    await this.#untilNews(positions, limits)
    return this.#takeAnswers(positions)
  }

  close(): Promise<void> {
    this.#client.close()
    return Promise.resolve()
  }

  // After a retriable error the fetcher pauses, then asks for the leaders again. It needs the pause because callers fetch again at
  // once. Retriable errors that no call has taken yet are dropped: e.g. a new partition has no leader for a moment.
  async #recover(positions: readonly FetchPosition[], { signal, maxWaitMs }: FetchLimits): Promise<void> {
    const pauseMs = Math.min(maxWaitMs, pauseAfter(this.#failures - 1, this.#client.chance))
    this.#answers = this.#answers.filter(({ error }) => !isRetriable(error))
    await sleep(this.#client.clock, pauseMs, anyOf(this.#client.signal, signal))
    await this.#client.refresh([...new Set(positions.map(({ topic }) => topic))])
  }

  async #startPolls(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly Promise<void>[]> {
    if (this.#hasNews(positions)) return []
    const byLeader = new Map<number, FetchTarget[]>()
    for (const position of positions) {
      const target = await this.#target(position)
      if (target === null) continue
      const targets = byLeader.get(target.leader)
      if (targets === undefined) byLeader.set(target.leader, [target])
      else targets.push(target)
    }
    const free = [...byLeader].filter(([leader]) => !this.#polls.has(leader))
    return free.map(([leader, targets]) => this.#startPoll(leader, targets, limits))
  }

  async #target(position: FetchPosition): Promise<(FetchTarget & { readonly leader: number }) | null> {
    try {
      const { leader, leaderEpoch } = await this.#client.leaderOf(position)
      const { topic, partition, offset } = position
      return { topic, partition, offset, leader, leaderEpoch, lastFetchedEpoch: -1, topicId: this.#client.topicIdOf(topic) }
    } catch (error) {
      if (!(error instanceof TransportError) || error.code === 'TRANSPORT_BROKER_UNREACHABLE') throw error
      this.#fail([position], error)
      return null
    }
  }

  #startPoll(leader: number, targets: readonly FetchTarget[], limits: FetchLimits): Promise<void> {
    const poll = this.#poll(leader, targets, limits).finally(() => this.#polls.delete(leader))
    this.#polls.set(leader, poll)
    return poll
  }

  // Never rejects, because the call that started the poll may have returned. Errors go to the next call.
  async #poll(leader: number, targets: readonly FetchTarget[], limits: FetchLimits): Promise<void> {
    try {
      const { errorCode, partitions } = await this.#client.sendTo(leader, fetchRequest(targets, limits, '', 'fetch'))
      if (errorCode !== 0) throw kafkaError(errorCode, `Cannot fetch from broker ${leader}`)
      const offsets = new Map(targets.map((target) => [partitionKey(target), target.offset]))
      const answers = partitions.map((response) => toAnswer(response, offsets.get(partitionKey(response)) ?? -1))
      this.#failures = answers.some(({ error }) => isRetriable(error)) ? this.#failures + 1 : 0
      this.#answers.push(...answers)
    } catch (error) {
      if (error instanceof TransportError) this.#fail(targets, error)
      else this.#failure = error
    }
  }

  #fail(positions: readonly FetchPosition[], error: TransportError): void {
    this.#failures++
    for (const { topic, partition, offset } of positions) this.#answers.push({ topic, partition, offset, error, ...nothing })
  }

  // A poll of an earlier call may end early without new records. Another poll then uses the rest of the time.
  async #untilNews(positions: readonly FetchPosition[], limits: FetchLimits): Promise<void> {
    const { clock, signal } = this.#client
    const end = clock.now() + limits.maxWaitMs
    const wait = new AbortController()
    const time = sleep(clock, limits.maxWaitMs, anyOf(wait.signal, signal, limits.signal))
    const isAborted = (): boolean => signal.aborted || limits.signal?.aborted === true
    for (let leftMs = limits.maxWaitMs; ; leftMs = end - clock.now()) {
      const own = await this.#startPolls(positions, { ...limits, maxWaitMs: Math.max(0, leftMs) })
      // The broker ends the polls of this call in time. Polls of earlier calls may end later, so they are awaited until `time` only.
      if (own.length > 0) await this.#awaitNews(positions, [...own, ...this.#polls.values()], Promise.all(own), limits.signal)
      else if (this.#polls.size > 0 || this.#failures === 0)
        await this.#awaitNews(positions, [...this.#polls.values()], time, limits.signal)
      if (this.#hasNews(positions) || isAborted() || clock.now() >= end) break
      if (this.#failures > 0) await this.#recover(positions, { ...limits, maxWaitMs: end - clock.now() })
    }
    wait.abort()
  }

  async #awaitNews(
    positions: readonly FetchPosition[],
    polls: readonly Promise<void>[],
    end: Promise<unknown>,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let isOver = false
    const aborted = sleepUntilAborted(anyOf(this.#client.signal, signal))
    const over = Promise.race([end, aborted.promise]).then(() => (isOver = true))
    const open = new Set(polls)
    for (const poll of open) void poll.finally(() => open.delete(poll))
    while (!isOver && !this.#hasNews(positions)) await Promise.race([over, ...open])
    aborted.stop()
  }

  #hasNews(positions: readonly FetchPosition[]): boolean {
    if (this.#failure !== null) return true
    // While other polls are under way, a retriable error ends the wait, so that the caller does not wait for those polls.
    const isNewsNow = (answer: Answer): boolean => isNews(answer) || (this.#polls.size > 0 && isRetriable(answer.error))
    return this.#answers.some((answer) => isNewsNow(answer) && positions.some((position) => isAbout(answer, position)))
  }

  #takeAnswers(positions: readonly FetchPosition[]): readonly FetchedPartition[] {
    const failure = this.#failure
    this.#failure = null
    if (failure !== null) throw failure
    const answers = this.#answers.filter((answer) => positions.some((position) => isAbout(answer, position)))
    this.#answers = []
    return answers
  }
}

const nothing = {
  batches: [],
  highWatermark: -1,
  lastStableOffset: -1,
  logStartOffset: -1,
  abortedTransactions: [],
} as const

function toAnswer({ records, errorCode, ...response }: PartitionResponse, offset: number): Answer {
  const { topic, partition } = response
  const what = `Cannot fetch ${topic}-${partition} from offset ${offset}`
  if (errorCode !== 0) return { ...response, offset, batches: [], error: kafkaError(errorCode, what, { topic, partition }) }
  return { ...response, offset, ...decodeFetched({ topic, partition, offset }, records) }
}

// An answer without records does not end the wait: it has only the offsets of the partition's start and end.
function isNews({ error, batches }: Answer): boolean {
  return batches.length > 0 || (error !== null && !isRetriable(error))
}

function isAbout(answer: Answer, position: FetchPosition): boolean {
  return answer.offset === position.offset && answer.partition === position.partition && answer.topic === position.topic
}

function anyOf(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined))
}

function sleepUntilAborted(signal: AbortSignal): { readonly promise: Promise<void>; readonly stop: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>()
  const stop = (): void => {
    signal.removeEventListener('abort', stop)
    resolve()
  }
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', stop)
  return { promise, stop }
}
