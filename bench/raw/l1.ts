/**
 * L1, the raw limit that every figure is compared with: one socket, fetch requests, CRC, and a walk over every record. No client, no framework.
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
          for (let index = 0; index < batch.count; index++) touched += batch.timestamp(index)
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
  const head = Buffer.alloc(10)
  head.writeInt16BE(1, 0) // api key
  head.writeInt16BE(11, 2) // version
  head.writeInt32BE(7, 4) // correlation id
  head.writeInt16BE(-1, 8) // no client id
  const limits = Buffer.alloc(31)
  limits.writeInt32BE(-1, 0) // no replica
  limits.writeInt32BE(500, 4) // wait, ms
  limits.writeInt32BE(1, 8) // bytes, min
  limits.writeInt32BE(50 * 1024 * 1024, 12) // bytes, max
  limits.writeInt32BE(-1, 21) // no fetch session: its epoch, after isolation level and session id
  limits.writeInt32BE(1, 25) // one topic
  limits.writeInt16BE(name.length, 29)
  const count = Buffer.alloc(4)
  count.writeInt32BE(positions.length)
  const tail = Buffer.alloc(6) // nothing forgotten, no rack
  const body = Buffer.concat([head, limits, name, count, ...positions.map(fetchPartition), tail])
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length)
  return Buffer.concat([length, body])
}

function fetchPartition(position: number, partition: number): Buffer {
  const bytes = Buffer.alloc(28)
  bytes.writeInt32BE(partition, 0)
  bytes.writeInt32BE(-1, 4) // any leader epoch
  bytes.writeBigInt64BE(BigInt(position), 8)
  bytes.writeBigInt64BE(-1n, 16) // no log start: not a replica
  bytes.writeInt32BE(8 * 1024 * 1024, 24)
  return bytes
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
