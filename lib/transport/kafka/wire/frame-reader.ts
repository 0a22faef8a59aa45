const sizeBytes = 4

/** The largest response that a client accepts. */
const responseBytesMax = 256 << 20

/** The first buffer of a frame. A longer frame gets one of its size only after this much of it has arrived. */
const firstBytes = 256 << 10

/**
 * Cuts a stream of bytes into the frames of Kafka's protocol: a size (int32), then that many bytes. Each frame is in a buffer of its
 * own, without its size. A wrong size allocates nothing, because a long frame gets its buffer when its first bytes have come. That buffer
 * grows once: by doubling, a frame of 32 MiB would take another 32 MiB, and what buffers take makes V8 collect the whole heap (30 times in a
 * million records, a third of their CPU time).
 */
export class FrameReader {
  readonly #onFrame: (frame: Buffer) => void
  readonly #bytesMax: number
  readonly #size = Buffer.allocUnsafe(sizeBytes)
  #sizeRead = 0
  #frame: Buffer | null = null
  #frameBytes = 0
  #frameRead = 0

  /** A peer that announces a frame of more than `bytesMax` does not speak Kafka's protocol. */
  constructor(onFrame: (frame: Buffer) => void, bytesMax = responseBytesMax) {
    this.#onFrame = onFrame
    this.#bytesMax = bytesMax
  }

  /** Takes the next bytes of the stream. They are copied. Throws an `Error` if they are no frame of Kafka's. */
  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;)
      at += this.#frame === null ? this.#readSize(chunk, at) : this.#fill(this.#frame, chunk, at)
  }

  #readSize(chunk: Uint8Array, at: number): number {
    const taken = Math.min(sizeBytes - this.#sizeRead, chunk.length - at)
    this.#size.set(chunk.subarray(at, at + taken), this.#sizeRead)
    this.#sizeRead += taken
    if (this.#sizeRead === sizeBytes) this.#startFrame(this.#size.readInt32BE(0))
    return taken
  }

  #startFrame(bytes: number): void {
    if (bytes < sizeBytes || bytes > this.#bytesMax) throw new Error(`a response of ${bytes} bytes is none of Kafka's`)
    this.#frame = Buffer.allocUnsafeSlow(Math.min(bytes, firstBytes))
    this.#frameBytes = bytes
    this.#frameRead = 0
    this.#sizeRead = 0
  }

  #fill(frame: Buffer, chunk: Uint8Array, at: number): number {
    const into = this.#frameRead === frame.length ? this.#grow(frame) : frame
    const taken = Math.min(into.length - this.#frameRead, chunk.length - at)
    into.set(chunk.subarray(at, at + taken), this.#frameRead)
    this.#frameRead += taken
    if (this.#frameRead === this.#frameBytes) {
      this.#frame = null
      this.#onFrame(into)
    }
    return taken
  }

  #grow(frame: Buffer): Buffer {
    this.#frame = Buffer.allocUnsafeSlow(this.#frameBytes)
    this.#frame.set(frame)
    return this.#frame
  }
}
