import { api, array, int16, string, struct } from '../schema.ts'

export const saslHandshake = api({
  name: 'SaslHandshake',
  key: 17,
  versions: { min: 0, max: 1 },
  flexibleFrom: Infinity,
  request: struct({
    mechanism: string,
  }),
  response: struct({
    errorCode: int16,
    mechanisms: array(string),
  }),
})
