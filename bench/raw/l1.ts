/**
 * L1, the floor of every row: one socket, fetch requests, CRC, and a walk over every record. No client, no framework.
 * Reads with `onread` into one fixed buffer, which is 3 to 4 times cheaper than 'data' events.
 */
import { connect } from 'node:net'
import { decodeRecordBatches } from '../../lib/transport/record-batch/decode-record-batches.ts'

export interface RawFetchOptions {
  readonly host: string
  readonly port: number
  readonly topic: string
  readonly ends: readonly number[]
}

/** Reads every partition from 0 to its end; resolves to the number of records walked and a checksum that keeps the walk alive. */
export function readAll(options: RawFetchOptions): Promise<{ readonly records: number; readonly touched: number }> {
  const positions = options.ends.map(() => 0)
  let records = 0
  let touched = 0
  return new Promise((resolve, reject) => {
    const frames = new Frames((frame) => {
      for (const { partition, bytes } of partitionsOf(frame)) {
        for (const batch of decodeRecordBatches(bytes)) {
          for (let index = 0; index < batch.count; index++)
            touched += (batch.value(index)?.byteLength ?? 0) + (batch.key(index)?.byteLength ?? 0)
          records += batch.count
          positions[partition] = batch.nextOffset
        }
      }
      if (positions.every((position, partition) => position >= options.ends[partition]!))
        socket.end(() => resolve({ records, touched }))
      else socket.write(fetchRequest(options.topic, positions))
    })
    const buffer = Buffer.allocUnsafe(4 * 1024 * 1024)
    const onread = { buffer, callback: (length: number) => (frames.add(buffer.subarray(0, length)), true) }
    const socket = connect({ host: options.host, port: options.port, noDelay: true, onread }, () =>
      socket.write(fetchRequest(options.topic, positions)),
    )
    socket.on('error', reject)
  })
}

/** Puts length-prefixed frames together. */
class Frames {
  #frame: Buffer | null = null
  #filled = 0
  #length = 0
  #lengthBytes = 0
  readonly #deliver: (frame: Buffer) => void

  constructor(deliver: (frame: Buffer) => void) {
    this.#deliver = deliver
  }

  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;)
      at = this.#frame === null ? this.#addLength(chunk, at) : this.#addBody(this.#frame, chunk, at)
  }

  #addLength(chunk: Buffer, at: number): number {
    this.#length = (this.#length << 8) | chunk[at]!
    if (++this.#lengthBytes < 4) return at + 1
    this.#frame = Buffer.allocUnsafe(this.#length)
    this.#filled = this.#lengthBytes = this.#length = 0
    return at + 1
  }

  #addBody(frame: Buffer, chunk: Buffer, at: number): number {
    const taken = chunk.copy(frame, this.#filled, at)
    this.#filled += taken
    if (this.#filled === frame.length) {
      this.#frame = null
      this.#deliver(frame)
    }
    return at + taken
  }
}

/** Fetch v11: 50 MiB a request, 8 MiB a partition. */
function fetchRequest(topic: string, positions: readonly number[]): Buffer {
  const name = Buffer.from(topic)
  const body = Buffer.alloc(74 + name.length + positions.length * 28)
  let at = 4
  const int16 = (value: number): void => void (at = body.writeInt16BE(value, at))
  const int32 = (value: number): void => void (at = body.writeInt32BE(value, at))
  const int64 = (value: number): void => void (at = body.writeBigInt64BE(BigInt(value), at))
  ;(int16(1), int16(11), int32(7), int16(-1)) // api, version, correlation, no client id
  ;(int32(-1), int32(500), int32(1), int32(50 * 1024 * 1024)) // replica, wait, bytes
  at = body.writeInt8(0, at)
  ;(int32(0), int32(-1)) // no fetch session
  ;(int32(1), int16(name.length))
  at += name.copy(body, at)
  int32(positions.length)
  for (const [partition, position] of positions.entries())
    (int32(partition), int32(-1), int64(position), int64(-1), int32(8 * 1024 * 1024))
  ;(int32(0), int16(0)) // nothing forgotten, no rack
  body.writeInt32BE(at - 4, 0)
  return body.subarray(0, at)
}

function* partitionsOf(frame: Buffer): Generator<{ readonly partition: number; readonly bytes: Buffer }> {
  let at = 18 // correlation, throttle time, error, session, one topic
  at += 2 + frame.readInt16BE(at)
  const partitions = frame.readInt32BE(at)
  at += 4
  for (let index = 0; index < partitions; index++) {
    const partition = frame.readInt32BE(at)
    const error = frame.readInt16BE(at + 4)
    if (error !== 0) throw new Error(`Fetch of partition ${partition} failed with Kafka error ${error}.`)
    const aborted = Math.max(0, frame.readInt32BE(at + 30))
    at += 34 + aborted * 16 + 4
    const length = Math.max(0, frame.readInt32BE(at))
    yield { partition, bytes: frame.subarray(at + 4, at + 4 + length) }
    at += 4 + length
  }
}
