/** A registration that was refused. */
export interface Refusal {
  readonly subject: string
  /** ms since the epoch. */
  readonly at: number
  readonly message: string
  readonly schema: string
}

/** The last ones are what somebody looks for. */
const keptMax = 50

/** Registrations that were refused since the registry began, the newest first. The same schema under the same subject is one. */
export class Refusals {
  #kept: readonly Refusal[] = []

  add(refusal: Refusal): void {
    const others = this.#kept.filter(({ subject, schema }) => subject !== refusal.subject || schema !== refusal.schema)
    this.#kept = [refusal, ...others].slice(0, keptMax)
  }

  all(): readonly Refusal[] {
    return this.#kept
  }
}
