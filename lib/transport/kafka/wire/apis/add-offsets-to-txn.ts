import { api, int16, int32, int64, optional, string, struct } from '../schema.ts'

export const addOffsetsToTxn = api({
  name: 'AddOffsetsToTxn',
  key: 25,
  versions: { min: 0, max: 4 },
  flexibleFrom: 3,
  request: struct({
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
  }),
})
