import { api, array, boolean, int16, int32, nullableArray, nullableString, optional, string, struct } from '../schema.ts'

export const createPartitions = api({
  name: 'CreatePartitions',
  key: 37,
  versions: { min: 0, max: 3 },
  flexibleFrom: 2,
  request: struct({
    topics: array(
      struct({
        name: string,
        count: int32,
        assignments: nullableArray(
          struct({
            brokerIds: array(int32),
          }),
        ),
      }),
    ),
    timeoutMs: int32,
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    results: array(
      struct({
        name: string,
        errorCode: int16,
        errorMessage: optional(nullableString, null),
      }),
    ),
  }),
})
