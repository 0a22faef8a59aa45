import {
  api,
  array,
  int16,
  int32,
  int64,
  nullableString,
  optional,
  records,
  since,
  string,
  struct,
  tagged,
  until,
  uuid,
  zeroUuid,
} from '../schema.ts'

export const produce = api({
  name: 'Produce',
  key: 0,
  versions: { min: 3, max: 13 },
  flexibleFrom: 9,
  request: struct({
    transactionalId: optional(nullableString, null),
    acks: int16,
    timeoutMs: int32,
    topicData: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitionData: array(
          struct({
            index: int32,
            records: records,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    responses: array(
      struct({
        name: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitionResponses: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: optional(int64, -1),
            logStartOffset: since(5, int64, -1),
            recordErrors: since(
              8,
              array(
                struct({
                  batchIndex: int32,
                  batchIndexErrorMessage: optional(nullableString, null),
                }),
              ),
              [],
            ),
            errorMessage: since(8, nullableString, null),
            currentLeader: tagged(
              0,
              10,
              struct({
                leaderId: optional(int32, -1),
                leaderEpoch: optional(int32, -1),
              }),
              { leaderId: -1, leaderEpoch: -1 },
            ),
          }),
        ),
      }),
    ),
    throttleTimeMs: optional(int32, 0),
    nodeEndpoints: tagged(
      0,
      10,
      array(
        struct({
          nodeId: int32,
          host: string,
          port: int32,
          rack: optional(nullableString, null),
        }),
      ),
      [],
    ),
  }),
})
