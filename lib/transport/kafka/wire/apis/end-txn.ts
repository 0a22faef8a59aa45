import { api, boolean, int16, int32, int64, optional, since, string, struct } from '../schema.ts'

export const endTxn = api({
  name: 'EndTxn',
  key: 26,
  versions: { min: 0, max: 5 },
  flexibleFrom: 3,
  request: struct({
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    committed: boolean,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    producerId: since(5, int64, -1),
    producerEpoch: since(5, int16, -1),
  }),
})
