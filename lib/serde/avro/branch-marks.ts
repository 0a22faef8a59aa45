/**
 * The union branch of objects: the one they were read as, or the one that `asRecord` has named. Several records may have equal
 * members.
 */
const marks = new WeakMap<object, string>()

export function markBranch<T extends object>(value: T, branch: string): T {
  marks.set(value, branch)
  return value
}

export function markedBranch(value: object): string | undefined {
  return marks.get(value)
}

/**
 * Returns the full name of the Avro record that an object was read as, or that `asRecord` has named. Undefined if the object is
 * not of a union with several records. A copy by spread loses the name.
 *
 * @example
 * if (recordNameOf(event) === 'bank.AccountClosed') close(event)
 */
export function recordNameOf(value: object): string | undefined {
  return marks.get(value)
}

/**
 * Chooses the record of a union that an object is written as, and returns the same object. Needed only if several records of the
 * union have the same fields: otherwise the fields decide.
 *
 * @example
 * events.mapValues(({ user }) => asRecord('bank.AccountClosed', { user }))
 */
export function asRecord<T extends object>(name: string, value: T): T {
  return markBranch(value, name)
}
