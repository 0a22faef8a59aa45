import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../group-coordinator.ts'
import type { TransactionalProducerOptions } from '../producer.ts'
import type { ProducerIdentity } from '../producer-session.ts'
import type { TransactionLink } from '../transaction-link.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** Brings requests to the coordinator. */
export interface CoordinatorRoute {
  /** `effect` is what the request does at the coordinator. */
  ask<T>(request: RequestName, effect: () => T): Promise<T>
  /** See `TransactionLink`. */
  readonly unanswered: number
}

type RequestName = 'init' | 'addPartitions' | 'addGroup' | 'commitOffsets' | 'end'

/** Asks the coordinators of a broker in this process: by default at once, in simulations over a network. */
export class EmbeddedTransactionLink implements TransactionLink {
  readonly transactionalId: string
  readonly #broker: EmbeddedBroker
  readonly #transactionTimeoutMs: number
  readonly #route: CoordinatorRoute

  constructor(
    broker: EmbeddedBroker,
    { transactionalId, transactionTimeoutMs }: TransactionalProducerOptions,
    route: CoordinatorRoute = { ask: atOnce(broker, transactionalId), unanswered: 0 },
  ) {
    this.#broker = broker
    this.transactionalId = transactionalId
    this.#transactionTimeoutMs = transactionTimeoutMs
    this.#route = route
  }

  get version(): 1 | 2 {
    return this.#broker.transactionVersion
  }

  get unanswered(): number {
    return this.#route.unanswered
  }

  init(known: ProducerIdentity | null): Promise<ProducerIdentity> {
    const { transactions } = this.#broker
    return this.#route.ask('init', () => transactions.init(this.transactionalId, this.#transactionTimeoutMs, known))
  }

  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    return this.#route.ask('addPartitions', () => this.#broker.transactions.add(this.transactionalId, identity, { partitions }))
  }

  addGroup(identity: ProducerIdentity, groupId: string): Promise<void> {
    return this.#route.ask('addGroup', () => this.#broker.transactions.add(this.transactionalId, identity, { groups: [groupId] }))
  }

  commitOffsets(identity: ProducerIdentity, group: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void> {
    const owner = { ...identity, transactionalId: this.transactionalId }
    return this.#route.ask('commitOffsets', () => this.#broker.commitInTransaction(owner, group, offsets))
  }

  end(identity: ProducerIdentity, outcome: 'commit' | 'abort'): Promise<ProducerIdentity> {
    return this.#route.ask('end', () => this.#broker.transactions.end(this.transactionalId, identity, outcome, this.version))
  }
}

/** Asks again when the transaction before has ended. A transaction has ended for everybody when `end` resolves. */
function atOnce(broker: EmbeddedBroker, transactionalId: string): CoordinatorRoute['ask'] {
  return async (request, effect) => {
    for (;;) {
      try {
        const answer = effect()
        if (request === 'end') await broker.transactions.completed(transactionalId)
        await broker.settled()
        return answer
      } catch (error) {
        if (!(error instanceof TransportError) || error.code !== 'TRANSPORT_CONCURRENT_TRANSACTIONS') throw error
        await broker.transactions.completed(transactionalId)
      }
    }
  }
}
