import { JoinWindows, topic } from 'millrace'
import type { KStream, StreamsBuilder } from 'millrace'
import { concatenation } from './concatenation.ts'
import { inputAt, streamOf, textToBytes } from './topics.ts'
import type { Topics } from './topics.ts'

type Stream = KStream<string, Uint8Array | null>

const windows = JoinWindows.of({ timeDifferenceMs: 10_000, graceMs: 10_000 })

/** Joins records of one key that are at most ten seconds apart. */
export function streamStreamInner(builder: StreamsBuilder, topics: Topics): void {
  const [left, right] = streams(builder, topics)
  left.join(right, concatenation, windows).to(topic(topics.output, textToBytes))
}

/** As `streamStreamInner`, and records of the left stream that find no partner go out alone. */
export function streamStreamLeft(builder: StreamsBuilder, topics: Topics): void {
  const [left, right] = streams(builder, topics)
  left.leftJoin(right, concatenation, windows).to(topic(topics.output, textToBytes))
}

function streams(builder: StreamsBuilder, topics: Topics): readonly [Stream, Stream] {
  const stream = (index: number): Stream => builder.stream(topic(inputAt(topics, index), streamOf(topics)))
  return [stream(0), stream(1)]
}
