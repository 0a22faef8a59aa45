import { TransportError } from '../../model/errors.ts'
import type { FetchPosition } from '../fetcher.ts'
import { decodeNextBatch } from './decode-record-batches.ts'
import type { RecordBatch } from './record-batch.ts'
import { corruptBatch } from './wire-format.ts'

export interface DecodedRecords {
  readonly batches: readonly RecordBatch[]
  /** Set: nothing can be read at the position that was asked for. */
  readonly error: TransportError | null
}

/**
 * Decodes the records that a broker answered for a position. Batches before a corrupt one are good, so they are given without an
 * error: the next fetch begins at the corrupt one, and is the error. It names topic, partition and offset.
 *
 * An answer from which no position could move on is an error as well, or its reader would ask for ever: records without a whole
 * batch, and batches that end before the position (Java: `FetchCollector`, "failed to make progress").
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

/** A batch that cannot be read, with where it is. */
export function unreadable({ topic, partition, offset }: FetchPosition, cause: TransportError): TransportError {
  const message = `Cannot read ${topic}-${partition} at offset ${offset}. ${cause.message}`
  return new TransportError(cause.code, cause.kind, message, { facts: { ...cause.facts, topic, partition, offset }, cause })
}

/** The base offset is not in the checksum. */
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
