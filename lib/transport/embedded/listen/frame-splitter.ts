/** Cuts a stream of bytes into frames: each begins with its length, an int32. Kafka: `socket.request.max.bytes`. */
export class FrameSplitter {
  readonly #bytesMax: number
  #chunks: Buffer[] = []
  #length = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** Returns the frames that are complete now, without their lengths. Throws a `RangeError` if a length cannot be one. */
  add(chunk: Buffer): readonly Buffer[] {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#wanted()) return []
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    const frames: Buffer[] = []
    let at = 0
    for (; bytes.length - at >= 4 && bytes.length - at - 4 >= this.#lengthAt(bytes, at); at += 4 + bytes.readInt32BE(at))
      frames.push(bytes.subarray(at + 4, at + 4 + bytes.readInt32BE(at)))
    this.#chunks = [bytes.subarray(at)]
    this.#length = bytes.length - at
    return frames
  }

  /** How many bytes the first frame needs. Unknown while its length has not come: then 4. */
  #wanted(): number {
    const [first] = this.#chunks
    if (first === undefined || first.length < 4) return 4
    return 4 + this.#lengthAt(first, 0)
  }

  #lengthAt(bytes: Buffer, at: number): number {
    const length = bytes.readInt32BE(at)
    if (length < 0 || length > this.#bytesMax) throw new RangeError(`A frame of ${length} bytes is not from a Kafka client.`)
    return length
  }
}
