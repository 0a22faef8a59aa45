import { deadLetter } from 'millrace'
import type { DeadLetter, ErrorHandlerContext, RawRecord } from 'millrace'
import { deadLetterTopicOf } from '../topics.ts'
import { codeOf, errorClassOf } from './error-class.ts'
import type { ErrorCounts } from './error-counts.ts'
import { header, headerNames, withoutErrors } from './letter-headers.ts'

export interface RefusalOptions {
  /** Who refuses. */
  readonly applicationId: string
  readonly counts: ErrorCounts
  readonly log: (line: string) => void
}

/** Tells and counts that a record is refused, and makes its dead letter, which whoever refuses has to write. */
export function refusal(error: Error, context: ErrorHandlerContext, options: RefusalOptions): DeadLetter {
  noteRefusal(error, context, options)
  const letter = deadLetter(deadLetterTopicOf(context.topic), error, { ...context, headers: withoutErrors(context.headers) })
  const by = [header(headerNames.refusedBy, options.applicationId), header(headerNames.refusedAt, String(Date.now()))]
  return { ...letter, headers: [...(letter.headers ?? []), ...by] }
}

/** Tells and counts that a record is refused by somebody who writes no letter: another one does. */
export function noteRefusal(error: Error, { topic, partition, offset }: ErrorHandlerContext, options: RefusalOptions): void {
  const { applicationId, counts, log } = options
  log(`${applicationId}: skipped ${topic}-${partition} at ${offset}: ${error.message}`)
  counts.add('dlq_records_total', { topic: topic ?? '', class: errorClassOf(codeOf(error)) })
}

/** Where a record was that a consumer has read. */
export function placeOf({ key: sourceRawKey, value: sourceRawValue, ...place }: RawRecord): ErrorHandlerContext {
  return { ...place, node: null, task: null, sourceRawKey, sourceRawValue }
}
