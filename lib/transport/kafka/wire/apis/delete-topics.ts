import { api, array, int16, int32, nullableString, optional, since, string, struct, until, uuid, zeroUuid } from '../schema.ts'

export const deleteTopics = api({
  name: 'DeleteTopics',
  key: 20,
  versions: { min: 1, max: 6 },
  flexibleFrom: 4,
  request: struct({
    topics: since(
      6,
      array(
        struct({
          name: optional(nullableString, null),
          topicId: uuid,
        }),
      ),
      [],
    ),
    topicNames: until(5, array(string), []),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    responses: array(
      struct({
        name: nullableString,
        topicId: since(6, uuid, zeroUuid),
        errorCode: int16,
        errorMessage: since(5, nullableString, null),
      }),
    ),
  }),
})
