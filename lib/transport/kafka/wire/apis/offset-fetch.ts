import {
  api,
  array,
  between,
  boolean,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  optional,
  since,
  string,
  struct,
  until,
  uuid,
  zeroUuid,
} from '../schema.ts'

export const offsetFetch = api({
  name: 'OffsetFetch',
  key: 9,
  versions: { min: 1, max: 10 },
  flexibleFrom: 6,
  request: struct({
    groupId: until(7, string, ''),
    topics: until(
      7,
      nullableArray(
        struct({
          name: string,
          partitionIndexes: array(int32),
        }),
      ),
      null,
    ),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          memberId: since(9, nullableString, null),
          memberEpoch: since(9, int32, -1),
          topics: nullableArray(
            struct({
              name: until(9, string, ''),
              topicId: since(10, uuid, zeroUuid),
              partitionIndexes: array(int32),
            }),
          ),
        }),
      ),
      [],
    ),
    requireStable: since(7, boolean, false),
  }),
  response: struct({
    throttleTimeMs: since(3, int32, 0),
    topics: until(
      7,
      array(
        struct({
          name: string,
          partitions: array(
            struct({
              partitionIndex: int32,
              committedOffset: int64,
              committedLeaderEpoch: since(5, int32, -1),
              metadata: nullableString,
              errorCode: int16,
            }),
          ),
        }),
      ),
      [],
    ),
    errorCode: between(2, 7, int16, 0),
    groups: since(
      8,
      array(
        struct({
          groupId: string,
          topics: array(
            struct({
              name: until(9, string, ''),
              topicId: since(10, uuid, zeroUuid),
              partitions: array(
                struct({
                  partitionIndex: int32,
                  committedOffset: int64,
                  committedLeaderEpoch: optional(int32, -1),
                  metadata: nullableString,
                  errorCode: int16,
                }),
              ),
            }),
          ),
          errorCode: optional(int16, 0),
        }),
      ),
      [],
    ),
  }),
})
