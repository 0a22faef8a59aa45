import type { TopicPartition } from '../../../../model/topic-partition.ts'
import { produce } from '../../../kafka/wire/apis/produce.ts'
import type { RecordBatch } from '../../../record-batch/record-batch.ts'
import { refusal } from '../../refusal.ts'
import { decodeNextBatch } from '../../../record-batch/decode-record-batches.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { codeOf, messageOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler } from '../handler.ts'
import { leadership, misdirected } from '../leadership.ts'
import { errorOfTopic, topicOf } from '../topic-of.ts'

interface Written {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly baseOffset: number
}

const refusedBatch = (errorCode: number, errorMessage: string | null): Written => ({ errorCode, errorMessage, baseOffset: -1 })

/** From version 12 on a partition becomes part of a transaction by the first batch (KIP-890). */
const addingVersion = 12

/** Lets a batch of a transaction in. Throws if it is no part of one, or of an older producer. */
function admit(
  partition: TopicPartition,
  batch: RecordBatch,
  transactionalId: string | null,
  { broker, version }: RequestContext,
): void {
  if (!batch.isTransactional || batch.producerId < 0) return
  if (transactionalId === null)
    throw refusal(
      'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
      'A transactional batch has no transactional id: give the producer one.',
    )
  const { producerId, producerEpoch } = batch
  broker.admit(partition, { transactionalId, producerId, producerEpoch, version: version < addingVersion ? 1 : 2 })
}

/** Producers know these errors by other names from a leader than from a coordinator (Kafka: `AddPartitionsToTxnManager`). */
function writeError(error: unknown, { version }: RequestContext): number {
  const code = codeOf(error)
  if (code === errorCodes.PRODUCER_FENCED) return errorCodes.INVALID_PRODUCER_EPOCH
  if (code === errorCodes.TRANSACTION_ABORTABLE && version < 11) return errorCodes.INVALID_TXN_STATE
  return code === errorCodes.CONCURRENT_TRANSACTIONS && version < addingVersion ? errorCodes.NOT_ENOUGH_REPLICAS : code
}

function write(
  partition: TopicPartition,
  records: Uint8Array | null,
  transactionalId: string | null,
  context: RequestContext,
): Written {
  const wrong = misdirected(partition, context)
  if (wrong !== 0) return refusedBatch(wrong, null)
  try {
    const batch = decodeNextBatch(records ?? Buffer.alloc(0), 0)
    if (records === null || batch === null) return refusedBatch(errorCodes.INVALID_RECORD, 'The request has no whole batch.')
    if (batch.end !== records.length) return refusedBatch(errorCodes.INVALID_RECORD, 'A partition gets one batch a request.')
    admit(partition, batch.batch, transactionalId, context)
    const { epoch } = context.view.leaderOf(partition)
    return { errorCode: 0, errorMessage: null, baseOffset: context.broker.append(partition, records, epoch) }
  } catch (error) {
    return refusedBatch(writeError(error, context), messageOf(error))
  }
}

const produced = handler(produce, async ({ acks, topicData, transactionalId }, context) => {
  const responses = topicData.map(({ partitionData, ...topic }) => {
    const name = topicOf(topic, context.broker)
    const unknown = errorOfTopic(name, topic)
    const partitionResponses = partitionData.map(({ index, records }) => {
      const at = { topic: name, partition: index }
      const written = unknown === 0 ? write(at, records, transactionalId, context) : refusedBatch(unknown, null)
      const log = context.broker.topics.get(name)?.partitions[index]
      return { index, ...written, logStartOffset: log?.startOffset ?? -1, ...leadership(at, context) }
    })
    return { ...topic, partitionResponses }
  })
  await context.broker.settled()
  return acks === 0 ? null : { responses }
})

export const produceHandlers: readonly Handler[] = [produced]
