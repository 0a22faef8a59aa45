import type { TopicPartition } from '../../../model/topic-partition.ts'
import { partitionKey } from '../../../model/topic-partition.ts'
import type { GroupIdentity, OffsetCommit } from '../../group-coordinator.ts'
import type { TransactionalProducerOptions } from '../../producer.ts'
import type { ProducerIdentity } from '../../producer-session.ts'
import type { TransactionLink } from '../../transaction-link.ts'
import { errorCodes } from '../wire/error-codes.ts'
import type { CoordinatedKind } from '../wire/metadata-requests.ts'
import type { PartitionError } from '../wire/offset-requests.ts'
import { initProducerIdRequest } from '../wire/produce-requests.ts'
import type { KafkaRequest } from '../wire/request.ts'
import { addGroupRequest, addPartitionsRequest, commitInTransactionRequest, endRequest } from '../wire/transaction-requests.ts'
import type { ClusterClient } from './cluster-client.ts'
import { kafkaError, throwOnError } from './kafka-errors.ts'

interface WithError {
  readonly errorCode: number
}

/** Asks the coordinators of transactions and groups of a Kafka cluster. */
export class KafkaTransactionLink implements TransactionLink {
  readonly transactionalId: string
  readonly #client: ClusterClient
  readonly #transactionTimeoutMs: number
  #unanswered = 0

  constructor(client: ClusterClient, { transactionalId, transactionTimeoutMs }: TransactionalProducerOptions) {
    this.#client = client
    this.transactionalId = transactionalId
    this.#transactionTimeoutMs = transactionTimeoutMs
  }

  get version(): 1 | 2 {
    return (this.#client.features.get('transaction.version') ?? 0) >= 2 ? 2 : 1
  }

  get unanswered(): number {
    return this.#unanswered
  }

  async init(known: ProducerIdentity | null): Promise<ProducerIdentity> {
    const { transactionalId } = this
    const request = initProducerIdRequest({ transactionalId, transactionTimeoutMs: this.#transactionTimeoutMs, known })
    return identityOf(await this.#ask('get a producer id for', request))
  }

  async addPartitions(identity: ProducerIdentity, partitions: readonly TopicPartition[]): Promise<void> {
    const request = addPartitionsRequest({ ...identity, transactionalId: this.transactionalId }, partitions)
    await this.#client.retry(async () => {
      const results = await this.#send(request)
      for (const result of [...results.filter(wasAttempted), ...results])
        this.#check('add partitions to the transaction of', result)
    })
  }

  async addGroup(identity: ProducerIdentity, groupId: string): Promise<void> {
    await this.#ask(
      'add a group to the transaction of',
      addGroupRequest({ ...identity, transactionalId: this.transactionalId }, groupId),
    )
  }

  async commitOffsets(identity: ProducerIdentity, group: GroupIdentity, offsets: readonly OffsetCommit[]): Promise<void> {
    const { groupId } = group
    const owner = { ...identity, transactionalId: this.transactionalId }
    const request = commitInTransactionRequest(owner, group, offsets, this.version)
    await this.#client.retry(async () => {
      for (const result of await this.#send(request, groupId, 'group')) this.#checkCommit(groupId, result)
    })
  }

  async end(identity: ProducerIdentity, outcome: 'commit' | 'abort'): Promise<ProducerIdentity> {
    const owner = { ...identity, transactionalId: this.transactionalId }
    return identityOf(await this.#ask(`${outcome} the transaction of`, endRequest(owner, outcome, this.version)))
  }

  #ask<T extends WithError>(verb: string, request: KafkaRequest<T>): Promise<T> {
    return this.#client.retry(async () => {
      const answer = await this.#send(request)
      this.#check(verb, answer)
      return answer
    })
  }

  async #send<T>(request: KafkaRequest<T>, key = this.transactionalId, kind: CoordinatedKind = 'transaction'): Promise<T> {
    try {
      return await this.#client.sendToCoordinator(key, request, kind)
    } catch (error) {
      this.#unanswered++
      throw error
    }
  }

  #check(verb: string, { errorCode }: WithError): void {
    if (isMoved(errorCode)) this.#client.forgetCoordinator(this.transactionalId, 'transaction')
    throwOnError(errorCode, `Cannot ${verb} ${this.transactionalId}`)
  }

  #checkCommit(groupId: string, { errorCode, topic, partition }: PartitionError): void {
    if (isMoved(errorCode) || errorCode === errorCodes.REQUEST_TIMED_OUT) this.#client.forgetCoordinator(groupId)
    const what = `Cannot commit the offset of ${partitionKey({ topic, partition })} in the transaction of ${this.transactionalId}`
    if (errorCode !== 0) throw kafkaError(errorCode, what, { groupId, topic, partition })
  }
}

function identityOf({ producerId, producerEpoch }: ProducerIdentity): ProducerIdentity {
  return { producerId, producerEpoch }
}

/** A coordinator adds all partitions or none: what stopped it says more than what it did not begin. */
function wasAttempted({ errorCode }: PartitionError): boolean {
  return errorCode !== errorCodes.OPERATION_NOT_ATTEMPTED
}

function isMoved(errorCode: number): boolean {
  return errorCode === errorCodes.COORDINATOR_NOT_AVAILABLE || errorCode === errorCodes.NOT_COORDINATOR
}
