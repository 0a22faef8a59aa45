import { TransportError } from '../../model/errors.ts'
import type { FetchPosition } from '../fetcher.ts'
import { decodeNextBatch } from './decode-record-batches.ts'
import type { RecordBatch } from './record-batch.ts'
import { corruptBatch } from './wire-format.ts'

/** The decoded batches of an answer, or its error. */
export interface DecodedRecords {
  /** The batches, in order of their offsets. Empty if there is an `error`. */
  readonly batches: readonly RecordBatch[]
  /** The error, if nothing can be read at the requested position. */
  readonly error: TransportError | null
}

/**
 * Decodes the bytes that a broker has returned for a position. If a corrupt batch follows good ones, only the good ones are
 * returned. The next fetch begins at the corrupt batch and returns the error, which names topic, partition and offset.
 *
 * An answer by which the position cannot move on is an error as well, because its reader would fetch the same bytes for ever: bytes
 * without a whole batch, or batches that all end before the position (Java: `FetchCollector`, "failed to make progress").
 */
export function decodeFetched(position: FetchPosition, records: Uint8Array): DecodedRecords {
  const batches: RecordBatch[] = []
  try {
    for (let at = 0; at < records.length;) {
      const next = decodeNextBatch(records, at)
      if (next === null) break
      checkOrder(batches.at(-1), next.batch)
      batches.push(next.batch)
      at = next.end
    }
    if (records.length > 0) checkProgress(position, batches, records.length)
  } catch (error) {
    if (!(error instanceof TransportError)) throw error
    if (!movesOn(position, batches)) return { batches: [], error: unreadable(position, error) }
  }
  return { batches, error: null }
}

/** Makes the error of an unreadable batch: the cause, with topic, partition and offset added. */
export function unreadable({ topic, partition, offset }: FetchPosition, cause: TransportError): TransportError {
  const message = `Cannot read ${topic}-${partition} at offset ${offset}. ${cause.message}`
  return new TransportError(cause.code, cause.kind, message, { facts: { ...cause.facts, topic, partition, offset }, cause })
}

/** Checks that offsets rise from batch to batch. The checksum of a batch does not cover its base offset. */
function checkOrder(before: RecordBatch | undefined, { baseOffset }: RecordBatch): void {
  if (before !== undefined && baseOffset < before.nextOffset)
    throw corruptBatch(`offset ${baseOffset} follows ${before.nextOffset - 1}`, { baseOffset })
}

function checkProgress(position: FetchPosition, batches: readonly RecordBatch[], bytes: number): void {
  if (movesOn(position, batches)) return
  const [first] = batches
  if (first === undefined) throw corruptBatch(`no whole batch is in the ${bytes} bytes that came`, { bytes })
  throw corruptBatch(`the batches that came are of offsets before it, from ${first.baseOffset} on`, {
    baseOffset: first.baseOffset,
  })
}

function movesOn({ offset }: FetchPosition, batches: readonly RecordBatch[]): boolean {
  return batches.some(({ nextOffset }) => nextOffset > offset)
}
