import type {
  Batch,
  DeadLetterRecord,
  FeedRecord,
  Excerpt,
  Hops,
  Lane,
  Proof,
  State,
  Station,
  System,
  Trace,
  TransferRecord,
  UserRecord,
} from '../../../contracts/feed.ts'
import { AckLedger } from './ack-ledger.ts'
import { Balances } from './balances.ts'
import { Density } from './density.ts'
import { Emissions } from './emissions.ts'
import { IdLedger } from './id-ledger.ts'
import { Positions } from './positions.ts'
import { leftOut } from './progress.ts'
import { SortedRows } from './sorted-rows.ts'
import { Traces } from './traces.ts'
import { UpClock } from './up-clock.ts'

const rowsMax = 5_000
const deadLettersMax = 200

/** The clocks of the page: `wall` is ms since the epoch, `monotonic` ms that never go back. */
export interface PageClock {
  readonly wall: () => number
  readonly monotonic: () => number
}

/** What went wrong on the way from the server to this page, counted before it was mended. */
export interface FeedFaults {
  readonly gaps: number
  readonly repeats: number
  /** Offsets that were delivered twice. Each was skipped the second time. */
  readonly offsetsTwice: number
  /** Batches whose records and holes were not `to − from`. */
  readonly miscounted: number
}

/** The last record that a station saw. */
export interface StationExcerpt {
  readonly excerpt: Excerpt
  readonly lane: Lane
  readonly topic: string | null
}

/** `gap` was not taken: the feed has to resume at the last id that was. */
export type Verdict = 'applied' | 'gap'

/**
 * All that the page knows: newest rows, ledger, positions, traces. Accounting happens here, in the handler of an event, and not when a
 * frame is drawn; whoever draws compares `version`.
 */
export class PageStore {
  readonly transfers = new SortedRows<TransferRecord>(rowsMax)
  readonly users = new SortedRows<UserRecord>(rowsMax)
  readonly balances = new Balances()
  readonly ids = new IdLedger()
  readonly acks = new AckLedger(this.ids)
  readonly emissions = new Emissions()
  readonly traces = new Traces()
  readonly density = new Density()
  readonly #clock: PageClock
  readonly #up = new UpClock()
  readonly #positions = new Positions()
  #deadLetters: readonly DeadLetterRecord[] = []
  #faults: FeedFaults = { gaps: 0, repeats: 0, offsetsTwice: 0, miscounted: 0 }
  #system: System | null = null
  #proof: Proof | null = null
  #hops: Hops | null = null
  #newest: TransferRecord | null = null
  readonly #excerpts = new Map<Station, StationExcerpt>()
  #vector: string | null = null
  #repeated = 0
  #received = 0
  #version = 0
  /** The server's clock minus the page's. */
  #skewMs = 0

  constructor(clock: PageClock) {
    this.#clock = clock
  }

  /** Grows with each change. */
  get version(): number {
    return this.#version
  }

  /** Where the feed goes on; null before the first state. */
  get vector(): string | null {
    return this.#vector
  }

  get system(): System | null {
    return this.#system
  }

  get hops(): Hops | null {
    return this.#hops
  }

  get proof(): Proof | null {
    return this.#proof
  }

  get faults(): FeedFaults {
    return this.#faults
  }

  /** The same key and cause at a new offset: legal at least once. */
  get repeated(): number {
    return this.#repeated
  }

  /** Records that the feed has delivered to this page. */
  get received(): number {
    return this.#received
  }

  /** The newest transfer. */
  get newest(): TransferRecord | null {
    return this.#newest
  }

  excerptAt(station: Station): StationExcerpt | undefined {
    return this.#excerpts.get(station)
  }

  /** Newest first. */
  get deadLetters(): readonly DeadLetterRecord[] {
    return this.#deadLetters
  }

  /** Ms since the epoch, by the server's clock. */
  get serverNow(): number {
    return this.#clock.wall() + this.#skewMs
  }

  get missing(): number {
    return this.acks.missing(this.upMs)
  }

  /** Offsets delivered twice, and keys that stand for two ids, here or in SQL. */
  get twice(): number {
    return this.#faults.offsetsTwice + this.acks.keysTwice + (this.#proof?.sql?.doubledKeys ?? 0)
  }

  /** The rows and the vector of one instant take the place of all that was here. */
  load(state: State): void {
    for (const part of [this.transfers, this.users, this.balances, this.ids, this.acks, this.emissions, this.traces]) part.clear()
    this.#positions.reset(state.positions)
    for (const [first, last] of state.transferIds) this.ids.addRange(first, last)
    for (const record of state.transfers) this.transfers.put(idOf(record), record)
    for (const record of state.users) this.users.put(idOf(record), record)
    for (const record of state.balances) this.balances.put(record, state.at)
    this.balances.settle(state.at)
    this.#deadLetters = state.deadLetters
    this.#newest = null
    this.#excerpts.clear()
    this.#vector = state.vector
    this.setSystem(state.system)
    this.addProof(state.proof)
  }

  /** Takes a batch, unless something before it is missing. `id` is the vector after it. */
  addBatch(batch: Batch, id: string): Verdict {
    this.#version++
    const meetings = batch.ranges.map((range) => this.#positions.meets(range))
    const isGap = meetings.includes('gap') || leftOut(this.#vector, id, coveredBy(batch)) > 0
    const isAgain = meetings.some((meeting) => meeting === 'repeat' || meeting === 'overlap')
    this.#faults = this.#judged(batch, { isGap, isAgain })
    if (isGap) return 'gap'
    for (const record of batch.records) if (this.#isNew(record)) this.#add(record)
    for (const range of batch.ranges) this.#positions.advance(range)
    this.balances.settle(this.serverNow)
    // What has come before says nothing of where the feed goes on.
    if (meetings.some((meeting) => meeting !== 'repeat')) this.#vector = id
    return 'applied'
  }

  setSystem(system: System): void {
    this.#version++
    this.#system = system
    this.#skewMs = system.at - this.#clock.wall()
    if (isUp(system)) this.#up.run(this.#clock.monotonic())
    else this.halt()
  }

  /** The page cannot hear: what is acknowledged meanwhile may be seen later. */
  halt(): void {
    this.#up.halt(this.#clock.monotonic())
  }

  addProof(proof: Proof): void {
    this.#version++
    this.acks.add(proof, this.upMs)
    this.#proof = { ...proof, entries: [] }
  }

  addHops(hops: Hops): void {
    this.#version++
    this.#hops = hops
    this.density.add(hops)
    for (const { station, lane, topic, newest } of hops.hops.toReversed())
      if (newest !== null && lane !== 'settlement') this.#excerpts.set(station, { excerpt: newest, lane, topic })
  }

  addTrace(trace: Trace): void {
    this.#version++
    this.traces.put(trace, this.#clock.monotonic())
  }

  /** Ms of the time in which the pipeline was up. */
  get upMs(): number {
    return this.#up.at(this.#clock.monotonic())
  }

  #judged(batch: Batch, { isGap, isAgain }: { readonly isGap: boolean; readonly isAgain: boolean }): FeedFaults {
    const { gaps, repeats, offsetsTwice, miscounted } = this.#faults
    const { ranges, records } = batch
    const holes = ranges.reduce((sum, range) => sum + range.holes, 0)
    return {
      gaps: gaps + Number(isGap),
      repeats: repeats + Number(isAgain),
      offsetsTwice: offsetsTwice + (isAgain ? records.filter((record) => !this.#isNew(record)).length : 0),
      miscounted: miscounted + Number(coveredBy(batch) - holes !== records.length),
    }
  }

  #isNew({ topic, p, o }: FeedRecord): boolean {
    const next = this.#positions.next(topic, p)
    return next === null || o >= next
  }

  #add(record: FeedRecord): void {
    this.#received++
    switch (record.kind) {
      case 'transfer':
        return this.#addTransfer(record)
      case 'user':
        return put(this.users, record)
      case 'balance':
        return this.balances.put(record, this.serverNow)
      case 'alert':
        // It is in the feed for others: the page asks for alerts.
        return
      case 'dead-letter':
        this.#deadLetters = [record, ...this.#deadLetters].slice(0, deadLettersMax)
    }
  }

  #addTransfer(record: TransferRecord): void {
    const id = idOf(record)
    this.#newest = record
    if (this.ids.see(id, record.cause, record.value === null).isRepeated) this.#repeated++
    this.acks.seen(id)
    this.emissions.add(record)
    put(this.transfers, record)
  }
}

/** Offsets that the ranges of a batch cover. */
function coveredBy({ ranges }: Batch): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0)
}

/** Keys of the feed's rows are ids. */
function idOf(record: TransferRecord | UserRecord): number {
  return record.value?.id ?? Number(record.key)
}

function put<R extends TransferRecord | UserRecord>(rows: SortedRows<R>, record: R): void {
  if (record.value === null) rows.delete(idOf(record))
  else rows.put(idOf(record), record)
}

function isUp({ phase }: System): boolean {
  return phase !== 'killed' && phase !== 'starting' && phase !== 'restoring'
}
