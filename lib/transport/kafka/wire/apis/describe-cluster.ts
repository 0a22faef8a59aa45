import { api, array, boolean, int16, int32, int8, nullableString, optional, since, string, struct } from '../schema.ts'

export const describeCluster = api({
  name: 'DescribeCluster',
  key: 60,
  versions: { min: 0, max: 2 },
  flexibleFrom: 0,
  request: struct({
    includeClusterAuthorizedOperations: boolean,
    endpointType: since(1, int8, 1),
    includeFencedBrokers: since(2, boolean, false),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    errorMessage: optional(nullableString, null),
    endpointType: since(1, int8, 1),
    clusterId: string,
    controllerId: optional(int32, -1),
    brokers: array(
      struct({
        brokerId: int32,
        host: string,
        port: int32,
        rack: optional(nullableString, null),
        isFenced: since(2, boolean, false),
      }),
    ),
    clusterAuthorizedOperations: optional(int32, -2147483648),
  }),
})
