/**
 * Memory that grows without being copied. It is that of WebAssembly, used without any code of WebAssembly: an ArrayBuffer would be
 * copied when it grows, which stops the loop for 14 to 46 ms at a doubling of 64 MiB; this takes 0.1 ms.
 */
interface GrowingMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

declare const WebAssembly: {
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => GrowingMemory
}

/** The bytes of a page. */
export const pageBytes = 65_536

/** At most 4 GiB: the most that one memory has. */
const mostPages = 65_536

/** Growth takes a sixteenth of what there is, at least so many pages: to ask for each page alone would renew the views each time. */
const leastGrowth = 4

/**
 * The memory of one table, in pages, with three views of the same bytes. **Growth replaces the views**: whoever allocates reads them
 * again. The old ones have the length 0 then, and reads of them give `undefined`.
 */
export class Memory {
  readonly #memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages })
  #pages = 1
  bytes!: Buffer
  int32!: Int32Array
  float64!: Float64Array

  constructor() {
    this.#view()
  }

  /** How many pages there are. */
  get pages(): number {
    return this.#pages
  }

  /** Adds at least this many pages, which hold zeros. Throws a RangeError beyond 4 GiB, or without memory. */
  grow(pages: number): void {
    const wanted = Math.max(pages, leastGrowth, this.#pages >> 4)
    const added = Math.max(pages, Math.min(wanted, mostPages - this.#pages))
    this.#memory.grow(added)
    this.#pages += added
    this.#view()
  }

  #view(): void {
    const { buffer } = this.#memory
    this.bytes = Buffer.from(buffer)
    this.int32 = new Int32Array(buffer)
    this.float64 = new Float64Array(buffer)
  }
}
