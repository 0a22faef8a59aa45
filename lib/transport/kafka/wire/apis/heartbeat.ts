import { api, int16, int32, nullableString, since, string, struct } from '../schema.ts'

export const heartbeat = api({
  name: 'Heartbeat',
  key: 12,
  versions: { min: 0, max: 4 },
  flexibleFrom: 4,
  request: struct({
    groupId: string,
    generationId: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
  }),
})
