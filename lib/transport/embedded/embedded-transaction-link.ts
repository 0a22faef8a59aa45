import { TransportError } from '../../model/errors.ts'
import type { TopicPartition } from '../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../group-coordinator.ts'
import type { TransactionalProducerOptions } from '../producer.ts'
import type { ProducerIdentity } from '../producer-session.ts'
import type { TransactionLink } from '../transaction-link.ts'
import type { EmbeddedBroker } from './embedded-broker.ts'

/** Asks the coordinators in this process. A transaction has ended for everybody when `end` resolves. */
export class EmbeddedTransactionLink implements TransactionLink {
  readonly transactionalId: string
  readonly #broker: EmbeddedBroker
  readonly #transactionTimeoutMs: number

  constructor(broker: EmbeddedBroker, { transactionalId, transactionTimeoutMs }: TransactionalProducerOptions) {
    this.#broker = broker
    this.transactionalId = transactionalId
    this.#transactionTimeoutMs = transactionTimeoutMs
  }

  get version(): 1 | 2 {
    return this.#broker.transactionVersion
  }

  init(known: ProducerIdentity | null): Promise<ProducerIdentity> {
    return this.#ask(() => this.#broker.transactions.init(this.transactionalId, this.#transactionTimeoutMs, known))
  }

  addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    return this.#ask(() => this.#broker.transactions.add(this.transactionalId, identity, { partitions }))
  }

  addGroup(identity: ProducerIdentity, groupId: string): Promise<void> {
    return this.#ask(() => this.#broker.transactions.add(this.transactionalId, identity, { groups: [groupId] }))
  }

  commitOffsets(identity: ProducerIdentity, group: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void> {
    const owner = { ...identity, transactionalId: this.transactionalId }
    return this.#ask(() => this.#broker.commitInTransaction(owner, group, offsets))
  }

  async end(identity: ProducerIdentity, outcome: 'commit' | 'abort'): Promise<ProducerIdentity> {
    const next = await this.#ask(() => this.#broker.transactions.end(this.transactionalId, identity, outcome, this.version))
    await this.#broker.transactions.completed(this.transactionalId)
    await this.#broker.settled()
    return next
  }

  /** Asks again when the transaction before has ended. */
  async #ask<T>(effect: () => T): Promise<T> {
    for (;;) {
      try {
        const answer = effect()
        await this.#broker.settled()
        return answer
      } catch (error) {
        if (!(error instanceof TransportError) || error.code !== 'TRANSPORT_CONCURRENT_TRANSACTIONS') throw error
        await this.#broker.transactions.completed(this.transactionalId)
      }
    }
  }
}
