/** A broken invariant: a defect of Millrace, never of its user. The error ends the thread, and nothing is committed after it. */
export class AssertionError extends Error {
  override readonly name = 'AssertionError'
}

/** Checks an invariant. The message says what must hold, as a sentence. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** Ends a `switch` over a union. If the union gets another member, the call no longer compiles. */
export function unreachable(value: never): never {
  throw new AssertionError(`Unexpected ${JSON.stringify(value)}.`)
}
