import { api, array, int16, int32, nullableString, optional, since, string, struct, until } from '../schema.ts'

export const leaveGroup = api({
  name: 'LeaveGroup',
  key: 13,
  versions: { min: 0, max: 5 },
  flexibleFrom: 4,
  request: struct({
    groupId: string,
    memberId: until(2, string, ''),
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: optional(nullableString, null),
          reason: since(5, nullableString, null),
        }),
      ),
      [],
    ),
  }),
  response: struct({
    throttleTimeMs: since(1, int32, 0),
    errorCode: int16,
    members: since(
      3,
      array(
        struct({
          memberId: string,
          groupInstanceId: nullableString,
          errorCode: int16,
        }),
      ),
      [],
    ),
  }),
})
