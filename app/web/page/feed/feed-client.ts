import type { FeedEventName, FeedEvents, Reset, State } from '../../../contracts/feed.ts'
import type { PageStore } from '../store/page-store.ts'

/** How the page stands with the server. */
export type FeedStatus =
  | { readonly kind: 'loading' }
  | { readonly kind: 'live' }
  /** Nobody looks: the stream is closed, so that other tabs have its connection. */
  | { readonly kind: 'asleep' }
  /** Wall clock: since when, and when the next try is. */
  | { readonly kind: 'offline'; readonly since: number; readonly nextTryAt: number; readonly reason: string }

export interface FeedEvent<Name extends FeedEventName = FeedEventName> {
  readonly name: Name
  readonly data: FeedEvents[Name]
  /** Of batches: the vector after it. */
  readonly id: string
}

export interface FeedListener {
  readonly opened: () => void
  readonly event: (event: FeedEvent) => void
  readonly failed: (reason: string) => void
}

export interface FeedWorld {
  /** Rejects with the reason, as a phrase. */
  readonly getState: () => Promise<State>
  /** Opens the stream, and gives what closes it. A closed stream says nothing any more. */
  readonly open: (query: { readonly at: string; readonly ledger: number }, listener: FeedListener) => () => void
  readonly wall: () => number
  /** Gives what takes the task back. */
  readonly after: (ms: number, task: () => void) => () => void
  readonly onStatus: (status: FeedStatus) => void
  readonly onReset: (reset: Reset) => void
}

const triesMs = [200, 500, 1_000, 3_000]
/** Hops come ten times a second even when nothing moves: silence is a broken line. */
const silenceMs = 10_000
const gapsMax = 5

/**
 * Keeps the store at the end of the feed: state first, then the stream from its vector.
 *
 * - A stream that ends is resumed at the last whole batch; so is one that left something out.
 * - When the topics are others, or the vector is too old, the state is read again.
 * - Resuming does not help if the same place is a gap five times in a row: then the state is read again, too.
 */
export class FeedClient {
  readonly #store: PageStore
  readonly #world: FeedWorld
  #close: () => void = () => {}
  #cancelTry: () => void = () => {}
  #cancelSilence: () => void = () => {}
  #status: FeedStatus = { kind: 'loading' }
  #failures = 0
  #gapsHere = 0
  /** Grows with each start of anything: what belongs to an earlier one is void. */
  #attempt = 0

  constructor(store: PageStore, world: FeedWorld) {
    this.#store = store
    this.#world = world
  }

  start(): void {
    this.#load()
  }

  /** The reader asked not to wait. */
  tryNow(): void {
    if (this.#status.kind === 'offline') this.#go()
  }

  /** The tab has been hidden for long. */
  sleep(): void {
    this.#halt()
    this.#say({ kind: 'asleep' })
  }

  wake(): void {
    if (this.#status.kind === 'asleep') this.#go()
  }

  #go(): void {
    if (this.#store.vector === null) this.#load()
    else this.#resume()
  }

  #load(): void {
    this.#halt()
    if (this.#status.kind !== 'offline') this.#say({ kind: 'loading' })
    const attempt = this.#attempt
    this.#world.getState().then(
      (state) => {
        if (attempt !== this.#attempt) return
        this.#store.load(state)
        this.#resume()
      },
      (error: unknown) => {
        if (attempt === this.#attempt) this.#fail(error instanceof Error ? error.message : String(error))
      },
    )
  }

  #resume(): void {
    this.#halt()
    const { vector, acks } = this.#store
    if (vector === null) return this.#load()
    this.#close = this.#world.open(
      { at: vector, ledger: acks.to },
      {
        opened: () => this.#live(),
        event: (event) => this.#receive(event),
        failed: (reason) => this.#fail(reason),
      },
    )
    this.#listen()
  }

  #receive({ name, data, id }: FeedEvent): void {
    this.#live()
    const store = this.#store
    switch (name) {
      case 'batch':
        return this.#afterBatch(store.addBatch(data as FeedEvents['batch'], id))
      case 'hops':
        return store.addHops(data as FeedEvents['hops'])
      case 'trace':
        return store.addTrace(data as FeedEvents['trace'])
      case 'system':
        return store.setSystem(data as FeedEvents['system'])
      case 'proof':
        return store.addProof(data as FeedEvents['proof'])
      case 'reset':
        this.#world.onReset(data as Reset)
        return this.#load()
      case 'overflow':
        return this.#resume()
      case 'server.closing':
        return this.#fail('the server stops')
    }
  }

  #afterBatch(verdict: 'applied' | 'gap'): void {
    if (verdict === 'applied') this.#gapsHere = 0
    else if (++this.#gapsHere < gapsMax) this.#resume()
    else {
      this.#gapsHere = 0
      this.#load()
    }
  }

  #live(): void {
    this.#failures = 0
    this.#listen()
    if (this.#status.kind !== 'live') this.#say({ kind: 'live' })
  }

  #listen(): void {
    this.#cancelSilence()
    this.#cancelSilence = this.#world.after(silenceMs, () => this.#fail('nothing came for 10 s'))
  }

  #fail(reason: string): void {
    const now = this.#world.wall()
    const since = this.#status.kind === 'offline' ? this.#status.since : now
    const waitMs = triesMs[Math.min(this.#failures++, triesMs.length - 1)]!
    this.#halt()
    this.#say({ kind: 'offline', since, nextTryAt: now + waitMs, reason })
    this.#cancelTry = this.#world.after(waitMs, () => this.#go())
  }

  /** Nothing is under way any more. */
  #halt(): void {
    this.#attempt++
    this.#close()
    this.#close = () => {}
    this.#cancelTry()
    this.#cancelSilence()
  }

  #say(status: FeedStatus): void {
    this.#status = status
    if (status.kind === 'offline' || status.kind === 'asleep') this.#store.halt()
    this.#world.onStatus(status)
  }
}
