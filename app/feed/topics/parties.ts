/** The two users of a transfer. */
export type Users = readonly [from: number, to: number]

/** What a transfer's users became at an offset; null: it was deleted. */
interface Version {
  readonly offset: number
  readonly users: Users | null
  older: Version | undefined
}

/**
 * Whom each transfer has concerned, and since which offset: a deletion has no row that says it. Records may come in any order, for example of
 * a client that resumes; a transfer's records are in one partition.
 */
export class Parties {
  readonly #newest = new Map<string, Version>()

  /**
   * Remembers the users of a record. Gives those of the record before if they were others: null if there was no row. Undefined if they are
   * the same, or if none is known.
   */
  note(key: string, offset: number, users: Users | null): Users | null | undefined {
    let newer: Version | undefined
    let older = this.#newest.get(key)
    while (older !== undefined && older.offset >= offset) [newer, older] = [older, older.older]
    if (older !== undefined && isSame(older.users, users)) return users === null ? null : undefined
    if (newer?.offset !== offset) this.#insert(key, { offset, users, older }, newer)
    return older?.users
  }

  #insert(key: string, version: Version, newer: Version | undefined): void {
    if (newer === undefined) this.#newest.set(key, version)
    else newer.older = version
  }
}

function isSame(left: Users | null, right: Users | null): boolean {
  if (left === null || right === null) return left === right
  return left[0] === right[0] && left[1] === right[1]
}
