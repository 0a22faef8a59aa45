import {
  api,
  array,
  int16,
  int32,
  int64,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
  uuid,
  zeroUuid,
} from '../schema.ts'

export const txnOffsetCommit = api({
  name: 'TxnOffsetCommit',
  key: 28,
  versions: { min: 0, max: 6 },
  flexibleFrom: 3,
  request: struct({
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    generationIdOrMemberEpoch: since(3, int32, -1),
    memberId: since(3, string, ''),
    groupInstanceId: since(3, nullableString, null),
    topics: array(
      struct({
        name: until(5, string, ''),
        topicId: since(6, uuid, zeroUuid),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(2, int32, -1),
            committedMetadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    topics: array(
      struct({
        name: until(5, string, ''),
        topicId: since(6, uuid, zeroUuid),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
          }),
        ),
      }),
    ),
  }),
})
