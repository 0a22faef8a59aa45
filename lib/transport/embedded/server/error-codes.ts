import { TransportError } from '../../../model/errors.ts'
import { errorCodes, isErrorName } from '../../kafka/wire/error-codes.ts'

/** The error code of a refused request. An error that is no refusal is a fault of this program, and is thrown. */
export function codeOf(error: unknown): number {
  const name = error instanceof TransportError ? error.code.replace('TRANSPORT_', '') : ''
  if (isErrorName(name)) return errorCodes[name]
  throw error
}

/** The message of a refused request for the client, which reads it beside the code. */
export function messageOf(error: unknown): string {
  return (error as Error).message
}

/** The error code of what `work` throws. 0 if it does not. */
export function outcomeOf(work: () => void): number {
  try {
    work()
    return 0
  } catch (error) {
    return codeOf(error)
  }
}
