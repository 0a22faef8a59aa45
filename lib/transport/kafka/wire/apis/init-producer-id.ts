import { api, boolean, int16, int32, int64, nullableString, optional, since, struct } from '../schema.ts'

export const initProducerId = api({
  name: 'InitProducerId',
  key: 22,
  versions: { min: 0, max: 6 },
  flexibleFrom: 2,
  request: struct({
    transactionalId: nullableString,
    transactionTimeoutMs: int32,
    producerId: since(3, int64, -1),
    producerEpoch: since(3, int16, -1),
    enable2Pc: since(6, boolean, false),
    keepPreparedTxn: since(6, boolean, false),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    errorCode: int16,
    producerId: optional(int64, -1),
    producerEpoch: int16,
    ongoingTxnProducerId: since(6, int64, -1),
    ongoingTxnProducerEpoch: since(6, int16, -1),
  }),
})
