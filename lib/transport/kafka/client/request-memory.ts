/** Larger buffers are not kept: they are of requests with many partitions. */
const keptBytes = 4 << 20

/**
 * The buffers of produce requests, one for each leader, which has one request at a time. A buffer is used again when its request was answered,
 * because its bytes are sent then. After an error they may still wait in a socket: that buffer is left alone.
 */
export class RequestMemory {
  readonly #free = new Map<number, Buffer>()

  /** A buffer of at least so many bytes. */
  take(leader: number, bytes: number): Buffer {
    const kept = this.#free.get(leader)
    this.#free.delete(leader)
    return kept !== undefined && kept.length >= bytes ? kept : Buffer.allocUnsafeSlow(bytes)
  }

  /** Takes back the buffer of a request that was answered. */
  answered(leader: number, buffer: Buffer): void {
    if (buffer.length <= keptBytes) this.#free.set(leader, buffer)
  }
}
