import { api, array, int16, int32, nullableString, optional, since, string, struct } from '../schema.ts'

export const deleteGroups = api({
  name: 'DeleteGroups',
  key: 42,
  versions: { min: 0, max: 3 },
  flexibleFrom: 2,
  request: struct({
    groupsNames: array(string),
  }),
  response: struct({
    throttleTimeMs: optional(int32, 0),
    results: array(
      struct({
        groupId: string,
        errorCode: int16,
        errorMessage: since(3, nullableString, null),
      }),
    ),
  }),
})
