import { TransportError } from '../model/errors.ts'
import type { FetchPosition } from './fetcher.ts'

/** Up to where a log has what a reader has read: the offset, and the epoch of the leader that wrote the record before it. */
export interface LogEnd {
  /** −1: it is not known. */
  readonly endOffset: number
  readonly leaderEpoch: number
}

/** The error of a position in a log that was truncated below it, so that other records may have taken the offsets (KIP-320). */
export function logTruncation({ topic, partition, offset }: FetchPosition, { endOffset, leaderEpoch }: LogEnd): TransportError {
  const where = endOffset < 0 ? '' : ` to offset ${endOffset}`
  const message =
    `The log of ${topic}-${partition} was truncated${where}, before the position ${offset}: records that were read are lost. ` +
    'Go on at that offset, or undo what came of the lost records. Unclean leader elections cause this.'
  return new TransportError('TRANSPORT_LOG_TRUNCATION', 'out-of-range', message, {
    facts: { topic, partition, offset, endOffset, endEpoch: leaderEpoch },
  })
}

/** Where reading goes on in a log that was truncated. Undefined: the error is another one, or the end is not known. */
export function endOfTruncated({ code, facts }: TransportError): LogEnd | undefined {
  if (code !== 'TRANSPORT_LOG_TRUNCATION' || !((facts['endOffset'] as number) >= 0)) return undefined
  return { endOffset: facts['endOffset'] as number, leaderEpoch: facts['endEpoch'] as number }
}
