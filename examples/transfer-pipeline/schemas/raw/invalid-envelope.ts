/** A raw record that is none, by its form (`INVALID_SCHEMA`) or by what it says (`INVALID_DATA`). Trying again does not help. */
export class InvalidEnvelopeError extends Error {
  override readonly name = 'InvalidEnvelopeError'
  readonly code: 'INVALID_SCHEMA' | 'INVALID_DATA'

  constructor(code: 'INVALID_SCHEMA' | 'INVALID_DATA', message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}

export const invalidSchema = (message: string, cause?: unknown): InvalidEnvelopeError =>
  new InvalidEnvelopeError('INVALID_SCHEMA', message, cause)

export const invalidData = (field: string, value: unknown, expected: string): InvalidEnvelopeError =>
  new InvalidEnvelopeError('INVALID_DATA', `${field} is ${JSON.stringify(value)}, expected is ${expected}.`)
