/** Buffers in this range are kept. Smaller ones cost little; larger ones are of single large records. */
const bytesMin = 16 << 10
const bytesMax = 1 << 20

/** At most so many buffers are kept: 16 MiB, if all are of batches of 256 KiB. */
const keptMax = 32

/**
 * The buffers of batches that were acknowledged, for the next batches of the same producer. A batch that grows from nothing takes four times
 * its size, and what buffers take makes V8 collect the whole heap.
 */
export class BatchMemory {
  readonly #free: Buffer[] = []

  /** A buffer of at least so many bytes; undefined: there is none. @internal */
  take(bytes: number): Buffer | undefined {
    const last = this.#free.at(-1)
    return last !== undefined && last.length >= bytes ? this.#free.pop() : undefined
  }

  /** Takes back a buffer that nobody reads or writes any more. @internal */
  give(buffer: Buffer): void {
    if (buffer.length >= bytesMin && buffer.length <= bytesMax && this.#free.length < keptMax) this.#free.push(buffer)
  }
}
