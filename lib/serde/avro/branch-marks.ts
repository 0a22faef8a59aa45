/** The branch of a union that an object was read by, or is to be written by. Objects with the same members may be events of several kinds. */
const marks = new WeakMap<object, string>()

export function markBranch<T extends object>(value: T, branch: string): T {
  marks.set(value, branch)
  return value
}

export function markedBranch(value: object): string | undefined {
  return marks.get(value)
}

/**
 * The full name of the Avro record that a value was read as, or is to be written as, where a union has several records. Undefined for all
 * other values, copies by spread included.
 *
 * @example
 * if (recordNameOf(event) === 'bank.AccountClosed') close(event)
 */
export function recordNameOf(value: object): string | undefined {
  return marks.get(value)
}

/**
 * Says as which record of a union a value is to be written. Needed only where several records of the union have the same fields: else the
 * fields tell. The same object is returned, and keeps the mark as long as it lives.
 *
 * @example
 * events.mapValues(({ user }) => asRecord('bank.AccountClosed', { user }))
 */
export function asRecord<T extends object>(name: string, value: T): T {
  return markBranch(value, name)
}
