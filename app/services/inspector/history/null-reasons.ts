import type { NullReason } from '../../../contracts/history.ts'
import type { FoundVersion } from './version-reader.ts'

/** Why enriched versions lack a name, by the versions of the users that they name. Both in the order of their topics. */
export function nullReasons(enriched: readonly FoundVersion[], users: readonly FoundVersion[]): NullReason[] {
  return enriched.flatMap((version, index) =>
    (['from', 'to'] as const).flatMap((side) => {
      const field = `${side}UserName` as const
      if (version.fields === null || version.fields[field] !== null) return []
      const userId = Number(version.fields[`${side}UserId`])
      const own = users.filter(({ id }) => id === userId)
      return [{ ...placeOf(version), field, userId, ...reasonOf(own, index, enriched) }]
    }),
  )
}

/**
 * A user's version is behind an enriched one if a later enriched one came of it: each change of a user is joined once. One that no enriched
 * version came of was there before the transfer was.
 */
function reasonOf(
  own: readonly FoundVersion[],
  index: number,
  enriched: readonly FoundVersion[],
): Pick<NullReason, 'why' | 'version'> {
  const joinedAt = ({ cause }: FoundVersion): number => enriched.findIndex((version) => version.cause === cause && cause !== null)
  const last = own.findLast((version) => joinedAt(version) <= index)
  if (last !== undefined && last.fields === null) return { why: 'deleted', version: { ...placeOf(last), at: last.ts } }
  const later =
    own.find((version) => joinedAt(version) > index && version.fields !== null) ?? own.find(({ fields }) => fields !== null)
  return later === undefined ? { why: 'never', version: null } : { why: 'later', version: { ...placeOf(later), at: later.ts } }
}

function placeOf({ topic, p, o }: FoundVersion): { readonly topic: string; readonly p: number; readonly o: number } {
  return { topic: topic!, p: p!, o: o! }
}
