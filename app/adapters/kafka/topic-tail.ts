import { setTimeout as delay } from 'node:timers/promises'
import { TransportError } from 'millrace'
import type { Cluster, RawRecord } from 'millrace'
import { positionAfter, readableRanges } from 'millrace/transport'
import type { FetchedPartition, Fetcher, FetchPosition } from 'millrace/transport'

/** What one fetch gave of a partition. Offsets between `from` and `to` without a record are markers, or were compacted. */
export interface TailPart {
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly records: readonly RawRecord[]
}

/** A partition's log no longer has the offset. */
export class OffsetGoneError extends Error {
  override readonly name = 'OffsetGoneError'
}

export interface TailOptions {
  readonly clientId: string
  /** Where to begin in each partition, and where to end; without an end it goes on for ever. */
  readonly from: readonly FetchPosition[]
  readonly until?: readonly FetchPosition[]
  readonly signal: AbortSignal
}

const limits = { maxBytes: 16 << 20, maxBytesPerPartition: 1 << 20, isolationLevel: 'read_committed' } as const
const retryMs = 100

/**
 * Reads partitions from given offsets, without a group and without decoding: every offset is in exactly one part, in order. It ends when
 * aborted, or at the end that was asked for. Throws {@link OffsetGoneError} where the log begins later than that.
 */
export async function* tailTopics(cluster: Cluster, options: TailOptions): AsyncGenerator<readonly TailPart[], void, undefined> {
  const fetcher = await cluster.fetcher({ clientId: options.clientId })
  try {
    yield* read(fetcher, options)
  } catch (error) {
    if (!options.signal.aborted) throw error
  } finally {
    await fetcher.close()
  }
}

async function* read(
  fetcher: Fetcher,
  { from, until, signal }: TailOptions,
): AsyncGenerator<readonly TailPart[], void, undefined> {
  const ends = until === undefined ? null : new Map(until.map((end) => [keyOf(end), end.offset]))
  const isLeft = (position: FetchPosition): boolean => ends === null || position.offset < (ends.get(keyOf(position)) ?? 0)
  const wait = { maxWaitMs: 1000, minBytes: 1, signal }
  let positions = from.filter(isLeft)
  while (positions.length > 0 && !signal.aborted) {
    const fetched = await fetch(fetcher, positions, { ...limits, ...wait })
    const next = new Map(positions.map((position) => [keyOf(position), position]))
    const parts: TailPart[] = []
    for (const partition of fetched) {
      const position = next.get(keyOf(partition))!
      const part = await partOf(partition, position.offset, ends?.get(keyOf(partition)) ?? Infinity)
      if (part === null) continue
      parts.push(part)
      next.set(keyOf(partition), { ...position, offset: part.to })
    }
    positions = [...next.values()].filter(isLeft)
    if (parts.length > 0) yield parts
  }
}

async function fetch(
  fetcher: Fetcher,
  positions: readonly FetchPosition[],
  fetchLimits: Parameters<Fetcher['fetch']>[1],
): Promise<readonly FetchedPartition[]> {
  try {
    return await fetcher.fetch(positions, fetchLimits)
  } catch (error) {
    if (!(error instanceof TransportError) || error.kind !== 'retriable') throw error
    await delay(retryMs)
    return []
  }
}

async function partOf(fetched: FetchedPartition, from: number, end: number): Promise<TailPart | null> {
  const { topic, partition, error } = fetched
  if (error?.kind === 'out-of-range')
    throw new OffsetGoneError(`${topic}-${partition} no longer has offset ${from}.`, { cause: error })
  if (error !== null && error.kind !== 'retriable') throw error
  if (error !== null) await delay(retryMs)
  const to = Math.min(positionAfter(fetched, from), end)
  if (to <= from) return null
  const ranges = readableRanges(fetched, from)
  const records = ranges.flatMap(({ batch, from: first, end: last }) =>
    Array.from({ length: last - first }, (_, index): RawRecord => {
      const at = first + index
      const [key, value, headers] = [batch.key(at), batch.value(at), batch.headers(at)]
      return { topic, partition, offset: batch.offset(at), timestamp: batch.timestamp(at), key, value, headers }
    }),
  )
  return { topic, partition, from, to, records: end === Infinity ? records : records.filter(({ offset }) => offset < end) }
}

function keyOf({ topic, partition }: { readonly topic: string; readonly partition: number }): string {
  return `${topic}-${partition}`
}
