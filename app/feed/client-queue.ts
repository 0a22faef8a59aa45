/** Where the frames of one client go: the response of a request, or a socket. */
export interface Outlet {
  /** False: wait for `drained` before the next frame. */
  write(frame: string): boolean
  drained(): Promise<void>
  /** Sends what was written, and closes. */
  end(): void
  /** Closes at once. */
  destroy(): void
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal
}

export interface QueueLimits {
  readonly bytes: number
  /** The longest time that a frame may wait. */
  readonly ms: number
}

interface Waiting {
  readonly frame: string
  readonly bytes: number
  readonly since: number
}

const limitsOfIssue: QueueLimits = { bytes: 8 << 20, ms: 10_000 }

/** A client that has a last frame to read may take this long. */
const farewellMs = 10_000

/**
 * The frames that wait for one client. A client that reads too slowly for too long gets a last frame instead of those that wait, so that
 * it neither holds memory nor slows others. Frames are whole, or not sent at all.
 */
export class ClientQueue {
  readonly #outlet: Outlet
  readonly #limits: QueueLimits
  readonly #overflowFrame: (bytes: number, ms: number) => string
  #waiting: Waiting[] = []
  #bytes = 0
  #isBusy = false
  #hasEnded = false
  #timer: NodeJS.Timeout | undefined
  #writable: PromiseWithResolvers<void> | null = null

  /** `overflowFrame` makes the last frame of a client that is too slow. */
  constructor(outlet: Outlet, overflowFrame: (bytes: number, ms: number) => string, limits: QueueLimits = limitsOfIssue) {
    this.#outlet = outlet
    this.#overflowFrame = overflowFrame
    this.#limits = limits
    outlet.gone.addEventListener('abort', () => this.#stop(), { once: true })
  }

  get waitingBytes(): number {
    return this.#bytes
  }

  push(frame: string): void {
    if (this.#hasEnded) return
    if (!this.#isBusy) return this.#write(frame)
    const bytes = Buffer.byteLength(frame)
    this.#waiting.push({ frame, bytes, since: performance.now() })
    this.#bytes += bytes
    this.#checkLimits()
  }

  /** Resolves when little waits, or the client is gone. */
  writable(): Promise<void> {
    if (!this.#isBusy || this.#hasEnded) return Promise.resolve()
    this.#writable ??= Promise.withResolvers()
    return this.#writable.promise
  }

  /** Sends a last frame after those that wait, and closes. */
  end(frame: string): void {
    this.push(frame)
    if (this.#hasEnded) return
    this.#hasEnded = true
    if (!this.#isBusy) this.#close()
  }

  #write(frame: string): void {
    if (this.#outlet.write(frame)) return
    this.#isBusy = true
    void this.#outlet.drained().then(() => this.#drain())
  }

  #drain(): void {
    this.#isBusy = false
    let sent = 0
    while (!this.#isBusy && sent < this.#waiting.length) {
      const { frame, bytes } = this.#waiting[sent++]!
      this.#bytes -= bytes
      this.#write(frame)
    }
    this.#waiting = this.#waiting.slice(sent)
    this.#checkLimits()
    if (this.#isBusy) return
    this.#writable?.resolve()
    this.#writable = null
    if (this.#hasEnded) this.#close()
  }

  #checkLimits(): void {
    clearTimeout(this.#timer)
    const oldest = this.#waiting[0]
    if (oldest === undefined || this.#outlet.gone.aborted) return
    const ms = performance.now() - oldest.since
    if (this.#bytes > this.#limits.bytes || ms >= this.#limits.ms) return this.#overflow(Math.round(ms))
    this.#timer = setTimeout(() => this.#checkLimits(), Math.ceil(this.#limits.ms - ms))
    this.#timer.unref()
  }

  #overflow(ms: number): void {
    const frame = this.#overflowFrame(this.#bytes, ms)
    this.#hasEnded = true
    this.#forget()
    this.#outlet.write(frame)
    this.#close()
  }

  #close(): void {
    this.#outlet.end()
    setTimeout(() => this.#outlet.destroy(), farewellMs).unref()
  }

  #stop(): void {
    this.#hasEnded = true
    this.#forget()
  }

  #forget(): void {
    clearTimeout(this.#timer)
    this.#waiting = []
    this.#bytes = 0
    this.#writable?.resolve()
    this.#writable = null
  }
}
