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

export const offsetCommit = api({
  name: 'OffsetCommit',
  key: 8,
  versions: { min: 2, max: 10 },
  flexibleFrom: 8,
  request: struct({
    groupId: string,
    generationIdOrMemberEpoch: optional(int32, -1),
    memberId: string,
    groupInstanceId: since(7, nullableString, null),
    retentionTimeMs: until(4, int64, -1),
    topics: array(
      struct({
        name: until(9, string, ''),
        topicId: since(10, uuid, zeroUuid),
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: since(6, int32, -1),
            committedMetadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: array(
      struct({
        name: until(9, string, ''),
        topicId: since(10, uuid, zeroUuid),
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
