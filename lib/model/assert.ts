/** A broken invariant: a defect of Millrace, never of its user. It ends the thread; nothing is committed after it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Checks an invariant. The message says what must hold, as a sentence. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Closes a `switch` over a union: adding a member becomes a compile error here, and never a silently ignored case. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected ${JSON.stringify(value)}.`)
}
