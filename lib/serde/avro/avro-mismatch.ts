/**
 * A value does not fit its Avro type. While the error passes through the writers of the enclosing types, each adds the name of the
 * field or the index of the item to `path`. So `path` leads from the root to the value.
 */
export class AvroMismatch extends Error {
  readonly path: string[] = []
  readonly #found: string
  readonly #expected: string

  constructor(value: unknown, expected: string) {
    super()
    this.#found = show(value)
    this.#expected = expected
  }

  override get message(): string {
    return `${this.path.join('.') || 'it'} is ${this.#found}, expected is ${this.#expected}.`
  }
}

function show(value: unknown): string {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value !== 'object' || value === null) return String(value)
  const name = Array.isArray(value) ? 'Array' : value.constructor?.name
  return name === undefined || name === 'Object' ? 'an object' : `an ${name}`
}
