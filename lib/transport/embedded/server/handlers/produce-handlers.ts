import type { TopicPartition } from '../../../../model/topic-partition.ts'
import { initProducerId } from '../../../kafka/wire/apis/init-producer-id.ts'
import { produce } from '../../../kafka/wire/apis/produce.ts'
import { decodeNextBatch } from '../../../record-batch/decode-record-batches.ts'
import { errorCodes } from '../../../kafka/wire/error-codes.ts'
import { codeOf, messageOf } from '../error-codes.ts'
import type { Handler, RequestContext } from '../handler.ts'
import { handler, upTo } from '../handler.ts'
import { leadership, misdirected } from '../leadership.ts'
import { errorOfTopic, topicOf } from '../topic-of.ts'

interface Written {
  readonly errorCode: number
  readonly errorMessage: string | null
  readonly baseOffset: number
}

const refusedBatch = (errorCode: number, errorMessage: string | null): Written => ({ errorCode, errorMessage, baseOffset: -1 })

function write(partition: TopicPartition, records: Uint8Array | null, context: RequestContext): Written {
  const wrong = misdirected(partition, context)
  if (wrong !== 0) return refusedBatch(wrong, null)
  try {
    const batch = decodeNextBatch(records ?? Buffer.alloc(0), 0)
    if (records === null || batch === null) return refusedBatch(errorCodes.INVALID_RECORD, 'The request has no whole batch.')
    if (batch.end !== records.length) return refusedBatch(errorCodes.INVALID_RECORD, 'A partition gets one batch a request.')
    const { epoch } = context.view.leaderOf(partition)
    return { errorCode: 0, errorMessage: null, baseOffset: context.broker.append(partition, records, epoch) }
  } catch (error) {
    return refusedBatch(codeOf(error), messageOf(error))
  }
}

const produced = handler(produce, async ({ acks, topicData }, context) => {
  const responses = topicData.map(({ partitionData, ...topic }) => {
    const name = topicOf(topic, context.broker)
    const unknown = errorOfTopic(name, topic)
    const partitionResponses = partitionData.map(({ index, records }) => {
      const at = { topic: name, partition: index }
      const written = unknown === 0 ? write(at, records, context) : refusedBatch(unknown, null)
      const log = context.broker.topics.get(name)?.partitions[index]
      return { index, ...written, logStartOffset: log?.startOffset ?? -1, ...leadership(at, context) }
    })
    return { ...topic, partitionResponses }
  })
  await context.broker.settled()
  return acks === 0 ? null : { responses }
})

/** Transactions are not served: a transactional id is refused, so that its producer fails at once. */
const initialized = handler(initProducerId, async ({ transactionalId, producerId, producerEpoch }, { broker }) => {
  if (transactionalId !== null) return { errorCode: errorCodes.UNSUPPORTED_VERSION, producerId: -1, producerEpoch: -1 }
  // KIP-360: a producer that has lost its sequence asks for the next epoch of its id.
  const isKept = producerId >= 0 && producerEpoch < 0x7fff
  const identity = isKept
    ? { producerId, producerEpoch: producerEpoch + 1 }
    : { producerId: broker.newProducerId(), producerEpoch: 0 }
  await broker.settled()
  return { errorCode: 0, ...identity }
})

export const produceHandlers: readonly Handler[] = [produced, upTo(5, initialized)]
