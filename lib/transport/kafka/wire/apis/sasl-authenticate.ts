import { api, bytes, int16, int64, nullableString, since, struct } from '../schema.ts'

export const saslAuthenticate = api({
  name: 'SaslAuthenticate',
  key: 36,
  versions: { min: 0, max: 2 },
  flexibleFrom: 2,
  request: struct({
    authBytes: bytes,
  }),
  response: struct({
    errorCode: int16,
    errorMessage: nullableString,
    authBytes: bytes,
    sessionLifetimeMs: since(1, int64, 0),
  }),
})
