import {
  api,
  array,
  int16,
  int32,
  int64,
  int8,
  nullableArray,
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

export const fetch = api({
  name: 'Fetch',
  key: 1,
  versions: { min: 4, max: 18 },
  flexibleFrom: 12,
  request: struct({
    clusterId: tagged(0, 12, nullableString, null),
    replicaId: until(14, int32, -1),
    replicaState: tagged(
      1,
      15,
      struct({
        replicaId: optional(int32, -1),
        replicaEpoch: optional(int64, -1),
      }),
      { replicaId: -1, replicaEpoch: -1 },
    ),
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: optional(int32, 2147483647),
    isolationLevel: optional(int8, 0),
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        topic: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: since(9, int32, -1),
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: since(5, int64, -1),
            partitionMaxBytes: int32,
            replicaDirectoryId: tagged(0, 17, uuid, zeroUuid),
            highWatermark: tagged(1, 18, int64, 2 ** 63),
          }),
        ),
      }),
    ),
    forgottenTopicsData: since(
      7,
      array(
        struct({
          topic: until(12, string, ''),
          topicId: since(13, uuid, zeroUuid),
          partitions: array(int32),
        }),
      ),
      [],
    ),
    rackId: since(11, string, ''),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    responses: array(
      struct({
        topic: until(12, string, ''),
        topicId: since(13, uuid, zeroUuid),
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: optional(int64, -1),
            logStartOffset: since(5, int64, -1),
            divergingEpoch: tagged(
              0,
              12,
              struct({
                epoch: optional(int32, -1),
                endOffset: optional(int64, -1),
              }),
              { epoch: -1, endOffset: -1 },
            ),
            currentLeader: tagged(
              1,
              12,
              struct({
                leaderId: optional(int32, -1),
                leaderEpoch: optional(int32, -1),
              }),
              { leaderId: -1, leaderEpoch: -1 },
            ),
            snapshotId: tagged(
              2,
              12,
              struct({
                endOffset: optional(int64, -1),
                epoch: optional(int32, -1),
              }),
              { endOffset: -1, epoch: -1 },
            ),
            abortedTransactions: nullableArray(
              struct({
                producerId: int64,
                firstOffset: int64,
              }),
            ),
            preferredReadReplica: since(11, int32, -1),
            records: records,
          }),
        ),
      }),
    ),
    nodeEndpoints: tagged(
      0,
      16,
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
