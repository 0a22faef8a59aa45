import { StreamsError } from '../../model/errors.ts'
import type { StreamRecord } from '../../model/stream-record.ts'
import type { NodePlace } from '../errors/node-place.ts'

/**
 * Finds code that changes a key or a value in place although other nodes may hold the same object. Only the test driver has one.
 */
export interface ValueGuard {
  /**
   * Called before a record is forwarded. It may freeze key and value. It returns a function that tells later whether they have
   * changed; undefined if they cannot change.
   */
  passOn(record: StreamRecord<unknown, unknown>): (() => boolean) | undefined
}

/** The messages of V8 when code changes a frozen object. */
const refusal = /read only property|not extensible|Cannot delete property|Cannot redefine property/

/** Replaces the error of code that changed a frozen value with one that says so. Returns other errors unchanged. */
export function explained(error: unknown, { text }: NodePlace): unknown {
  if (!(error instanceof TypeError) || !refusal.test(error.message)) return error
  return valueChanged(text, ` (${error.message})`, error)
}

/** The error of a value that was changed in a node below. `child`: the name of the node that was given the record. */
export function changedBelow(child: string): StreamsError {
  return valueChanged(`Node ${child}`, '', undefined)
}

function valueChanged(who: string, detail: string, cause: unknown): StreamsError {
  const message =
    `${who} changed a key or a value in place after it had been passed on${detail}. Other nodes may hold the same object: ` +
    "make a copy, or set changedValues: 'allowed' in the test driver."
  return new StreamsError('STREAMS_VALUE_CHANGED', message, { cause })
}
