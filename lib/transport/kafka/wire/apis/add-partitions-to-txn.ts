import { api, array, boolean, int16, int32, int64, optional, since, string, struct, until } from '../schema.ts'

const addPartitionsToTxnTopic = struct({
  name: string,
  partitions: array(int32),
})

const addPartitionsToTxnPartitionResult = struct({
  partitionIndex: int32,
  partitionErrorCode: int16,
})

const addPartitionsToTxnTopicResult = struct({
  name: string,
  resultsByPartition: array(addPartitionsToTxnPartitionResult),
})

export const addPartitionsToTxn = api({
  name: 'AddPartitionsToTxn',
  key: 24,
  versions: { min: 0, max: 5 },
  flexibleFrom: 3,
  request: struct({
    transactions: since(
      4,
      array(
        struct({
          transactionalId: string,
          producerId: int64,
          producerEpoch: int16,
          verifyOnly: optional(boolean, false),
          topics: array(addPartitionsToTxnTopic),
        }),
      ),
      [],
    ),
    v3AndBelowTransactionalId: until(3, string, ''),
    v3AndBelowProducerId: until(3, int64, 0),
    v3AndBelowProducerEpoch: until(3, int16, 0),
    v3AndBelowTopics: until(3, array(addPartitionsToTxnTopic), []),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: since(4, int16, 0),
    resultsByTransaction: since(
      4,
      array(
        struct({
          transactionalId: string,
          topicResults: array(addPartitionsToTxnTopicResult),
        }),
      ),
      [],
    ),
    resultsByTopicV3AndBelow: until(3, array(addPartitionsToTxnTopicResult), []),
  }),
})
