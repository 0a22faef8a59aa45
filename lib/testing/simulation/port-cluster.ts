import type { Clock } from '../../clock/clock.ts'
import type { Chance } from '../../clock/chance.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import { partitionKey } from '../../model/topic-partition.ts'
import type { Admin } from '../../transport/admin.ts'
import type { Cluster, ConnectOptions } from '../../transport/cluster.ts'
import { EmbeddedAdmin } from '../../transport/embedded/embedded-admin.ts'
import type { EmbeddedBroker } from '../../transport/embedded/embedded-broker.ts'
import { EmbeddedFetcher } from '../../transport/embedded/embedded-fetcher.ts'
import { EmbeddedGroupCoordinator } from '../../transport/embedded/embedded-group-coordinator.ts'
import { EmbeddedTransactionLink } from '../../transport/embedded/embedded-transaction-link.ts'
import type { FetchedPartition, Fetcher, FetchLimits, FetchPosition } from '../../transport/fetcher.ts'
import type { GroupCoordinator, GroupIdentity, JoinRequest } from '../../transport/group-coordinator.ts'
import type {
  Producer,
  ProduceResult,
  ProducerOptions,
  TransactionalProducer,
  TransactionalProducerOptions,
} from '../../transport/producer.ts'
import { IdempotentSession } from '../../transport/producer-session.ts'
import type { ProducerSession } from '../../transport/producer-session.ts'
import type { ProduceBatch } from '../../transport/record-batch/produce-batch.ts'
import { RecordBatchBuilder } from '../../transport/record-batch/record-batch-builder.ts'
import { SessionProducer } from '../../transport/session-producer.ts'
import type { TransactionLink } from '../../transport/transaction-link.ts'
import { TransactionSession } from '../../transport/transaction-session.ts'
import { observedProducer } from './observed-producer.ts'
import { noAnswer } from './port-network.ts'
import type { PortNetwork } from './port-network.ts'
import type { SimulatedProcess } from './simulated-process.ts'
import type { Observer } from './observer.ts'

export interface PortClusterOptions {
  readonly network: PortNetwork
  readonly broker: EmbeddedBroker
  readonly process: SimulatedProcess
  readonly chance: Chance
  readonly observer: Observer
}

/** `default.api.timeout.ms`: clients repeat a call for so long. */
const apiTimeoutMs = 60_000

/** A cluster as one process sees it: the embedded broker behind a network. */
export class PortCluster implements Cluster {
  readonly description = 'simulated'
  readonly clock: Clock
  readonly chance: Chance
  readonly #options: PortClusterOptions

  constructor(options: PortClusterOptions) {
    this.#options = options
    this.clock = options.process.clock
    this.chance = options.chance
  }

  async admin(_options: ConnectOptions): Promise<Admin> {
    await this.#connect('admin')
    return this.#overNetwork('admin', new EmbeddedAdmin(this.#options.broker))
  }

  async fetcher(_options: ConnectOptions): Promise<Fetcher> {
    await this.#connect('fetcher')
    return new PortFetcher(this.#options)
  }

  async producer(options: ConnectOptions & ProducerOptions): Promise<Producer> {
    await this.#connect('producer')
    const { process, observer } = this.#options
    return observedProducer(new PortProducer(this.#options, options), process, observer)
  }

  async transactionalProducer(options: ConnectOptions & TransactionalProducerOptions): Promise<TransactionalProducer> {
    await this.#connect('producer')
    const { process, observer } = this.#options
    const session = new TransactionSession(portTransactionLink(this.#options, options))
    const producer = new PortProducer(this.#options, options, session)
    return new SessionProducer(observedProducer(producer, process, observer), session)
  }

  async groupCoordinator({ clientId }: ConnectOptions & { readonly groupId: string }): Promise<GroupCoordinator> {
    await this.#connect('groupCoordinator')
    return new PortGroupCoordinator(this.#options, clientId)
  }

  async #connect(what: string): Promise<void> {
    const { network, process } = this.#options
    await network.call(process, { name: `${what}.connect`, effect: () => undefined, withinMs: 10_000 })
    process.opened(what)
  }

  /** Every method is a call over the network, but `close`. */
  #overNetwork<T extends { close(): Promise<void> }>(what: string, inner: T): T {
    const { network, process } = this.#options
    const methods = new Map<string, unknown>()
    const method = (name: string): unknown => {
      const made =
        name === 'close'
          ? closing(process, what)
          : (...args: unknown[]) => {
              const effect = (): unknown => (inner[name as keyof T] as (...args: unknown[]) => unknown).apply(inner, args)
              return network.call(process, { name: `${what}.${name}`, effect, withinMs: apiTimeoutMs })
            }
      methods.set(name, made)
      return made
    }
    return new Proxy(inner, {
      get: (_, name) => (name === 'then' ? undefined : (methods.get(String(name)) ?? method(String(name)))),
    })
  }
}

function closing(process: SimulatedProcess, what: string): () => Promise<void> {
  let isOpen = true
  return () => {
    if (isOpen) process.closed(what)
    isOpen = false
    return Promise.resolve()
  }
}

class PortFetcher implements Fetcher {
  readonly heldBytes = 0
  readonly #options: PortClusterOptions
  readonly #inner: EmbeddedFetcher
  readonly close: () => Promise<void>

  constructor(options: PortClusterOptions) {
    this.#options = options
    this.#inner = new EmbeddedFetcher(options.broker)
    const close = closing(options.process, 'fetcher')
    this.close = async () => {
      await this.#inner.close()
      await close()
    }
  }

  /** Is not repeated: a lost answer is the retriable error of all positions. An abort ends the call at once. */
  async fetch(positions: readonly FetchPosition[], limits: FetchLimits): Promise<readonly FetchedPartition[]> {
    const { network, process } = this.#options
    const effect = (): Promise<readonly FetchedPartition[]> => this.#inner.fetch(positions, limits)
    const fetched = network.call(process, { name: 'fetcher.fetch', effect, withinMs: 0 }).catch((error: unknown) => {
      if ((error as { readonly code?: string }).code !== 'TRANSPORT_NETWORK_EXCEPTION') throw error
      return positions.map((position) => ({ ...position, ...unreachable() }))
    })
    const { signal } = limits
    if (signal === undefined) return fetched
    const aborted = Promise.withResolvers<readonly FetchedPartition[]>()
    const abort = (): void => aborted.resolve([])
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    return Promise.race([fetched, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
  }
}

function unreachable() {
  const marks = { highWatermark: -1, lastStableOffset: -1, logStartOffset: -1, abortedTransactions: [] }
  return { error: noAnswer(), batches: [], ...marks }
}

/** One unanswered batch per partition. A batch keeps its stamp over all attempts, so that the broker knows it again. */
class PortProducer implements Producer {
  readonly #options: PortClusterOptions
  readonly #session: ProducerSession
  readonly #producer: Pick<ProducerOptions, 'deliveryTimeoutMs'>
  readonly #last = new Map<string, Promise<unknown>>()
  readonly close: () => Promise<void>

  constructor(options: PortClusterOptions, producer: Pick<ProducerOptions, 'deliveryTimeoutMs'>, session?: ProducerSession) {
    this.#options = options
    this.#producer = producer
    this.#session = session ?? newSession(options.broker)
    this.close = closing(options.process, 'producer')
  }

  newBatch(): ProduceBatch {
    return new RecordBatchBuilder('none')
  }

  send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    const key = partitionKey(partition)
    const before = this.#last.get(key) ?? Promise.resolve()
    const sent = before.then(() => this.#send(partition, batch))
    this.#last.set(
      key,
      sent.catch(() => undefined),
    )
    return sent
  }

  async #send(partition: TopicPartition, batch: ProduceBatch): Promise<ProduceResult> {
    const { network, process, broker } = this.#options
    await this.#session.ready(partition)
    const { transaction } = this.#session
    const stamp = this.#session.stamp(partition, batch.count)
    const effect = (): ProduceResult => {
      if (transaction !== null) broker.admit(partition, { ...stamp, ...transaction })
      return { baseOffset: broker.append(partition, batch.seal(stamp)) }
    }
    const call = { name: 'producer.send', effect, withinMs: this.#producer.deliveryTimeoutMs }
    try {
      return await network.call(process, call)
    } catch (error) {
      // Nobody knows whether the batch is in the log, unless the broker has refused it.
      const { kind } = error as { readonly kind?: string }
      if (kind === 'retriable' || (transaction !== null && kind !== 'fatal')) this.#session.abandon(stamp)
      else this.#session.takeBack(partition, stamp)
      throw error
    }
  }
}

function newSession(broker: EmbeddedBroker): ProducerSession {
  const identity = { producerId: broker.newProducerId(), producerEpoch: 0 }
  return new IdempotentSession({ identity, acquire: () => Promise.resolve(identity) })
}

/** The coordinator of transactions behind a network. The network repeats what has to wait for the transaction before. */
function portTransactionLink(
  { network, process, broker }: PortClusterOptions,
  options: TransactionalProducerOptions,
): TransactionLink {
  let unanswered = 0
  const onUnanswered = (): void => void unanswered++
  return new EmbeddedTransactionLink(broker, options, {
    ask: (request, effect) =>
      network.call(process, { name: `transactions.${request}`, effect, withinMs: apiTimeoutMs, onUnanswered }),
    get unanswered() {
      return unanswered
    },
  })
}

class PortGroupCoordinator implements GroupCoordinator {
  readonly #options: PortClusterOptions
  readonly #inner: EmbeddedGroupCoordinator
  readonly #clientId: string
  readonly close: () => Promise<void>

  constructor(options: PortClusterOptions, clientId: string) {
    this.#options = options
    this.#clientId = clientId
    this.#inner = new EmbeddedGroupCoordinator(options.broker, clientId)
    this.close = closing(options.process, 'groupCoordinator')
  }

  /** KIP-394: a new member gets its id by an answer of its own, so that a repeated join is that of the same member. */
  async join(request: JoinRequest, onMemberId?: (memberId: string) => void) {
    const memberId = request.memberId === '' && request.groupInstanceId === null ? await this.#reserve(request) : request.memberId
    onMemberId?.(memberId)
    const { observer, process } = this.#options
    observer.onJoin(process, memberId)
    const effect = () => this.#inner.join({ ...request, memberId })
    const withinMs = request.rebalanceTimeoutMs + apiTimeoutMs
    return this.#call('join', effect, { withinMs }).finally(() => observer.onJoined(process))
  }

  sync(...args: Parameters<GroupCoordinator['sync']>): Promise<Uint8Array> {
    return this.#call('sync', () => this.#inner.sync(...args))
  }

  heartbeat(identity: GroupIdentity): Promise<void> {
    return this.#call('heartbeat', () => this.#inner.heartbeat(identity))
  }

  leave(identity: GroupIdentity): Promise<void> {
    return this.#call('leave', () => this.#inner.leave(identity))
  }

  commitOffsets(...[identity, offsets]: Parameters<GroupCoordinator['commitOffsets']>): Promise<void> {
    const { observer, process } = this.#options
    observer.onCommitSent(process)
    const onLate = (): void => observer.onLateCommit()
    return this.#call('commitOffsets', () => this.#inner.commitOffsets(identity, offsets), { onLate })
  }

  #reserve({ groupId, sessionTimeoutMs }: JoinRequest): Promise<string> {
    return this.#call('memberId', () => this.#options.broker.group(groupId).reserveMemberId(this.#clientId, sessionTimeoutMs))
  }

  #call<T>(
    method: string,
    effect: () => T | Promise<T>,
    options: { readonly withinMs?: number; readonly onLate?: () => void } = {},
  ): Promise<T> {
    const { network, process } = this.#options
    return network.call(process, { name: `groupCoordinator.${method}`, effect, withinMs: apiTimeoutMs, ...options })
  }
}
