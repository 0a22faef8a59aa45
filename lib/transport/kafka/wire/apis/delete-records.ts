import { api, array, int16, int32, int64, optional, string, struct } from '../schema.ts'

export const deleteRecords = api({
  name: 'DeleteRecords',
  key: 21,
  versions: { min: 0, max: 2 },
  flexibleFrom: 2,
  request: struct({
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            offset: int64,
          }),
        ),
      }),
    ),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            lowWatermark: int64,
            errorCode: int16,
          }),
        ),
      }),
    ),
  }),
})
