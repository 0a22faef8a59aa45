/** The inspector follows no more than this many. */
const idsMax = 200
const gatherMs = 50

/** Asks the inspector to follow the transfers that pages have made: one request for those of an interval, however many they are. */
export class OwnTraces {
  readonly #follow: (ids: readonly number[]) => Promise<unknown>
  #ids: number[] = []

  constructor(follow: (ids: readonly number[]) => Promise<unknown>) {
    this.#follow = follow
  }

  add(id: number): void {
    if (this.#ids.push(id) === 1) setTimeout(() => this.#send(), gatherMs)
  }

  #send(): void {
    const ids = this.#ids.slice(-idsMax)
    this.#ids = []
    // While the child is down nobody follows anything.
    this.#follow(ids).catch(() => {})
  }
}
