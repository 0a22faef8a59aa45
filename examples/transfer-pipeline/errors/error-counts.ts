/** What is counted, by the names under which the counts are published. */
export type ErrorCounter =
  /** Records that became dead letters: by `topic` and `class`. */
  | 'dlq_records_total'
  /** Records that went to a retry topic: by `topic` and `delay_ms`. */
  | 'retry_records_total'
  /** Retries and replays that were dropped, because something newer was processed: by `topic`. */
  | 'stale_records_total'
  /** Replays that were dropped, because the same letter was processed before: by `topic`. */
  | 'repeated_replays_total'
  /** Times that something was waited for, with nothing skipped: by `for`. */
  | 'waits_total'
  /** Statements that changed a table without a record, such as TRUNCATE: by `table` and `kind`. */
  | 'statements_without_records_total'

export type Labels = Readonly<Record<string, string>>

/** A count with its labels. */
export interface ErrorCount {
  readonly name: ErrorCounter
  readonly labels: Labels
  readonly value: number
}

/** Counts of errors in this process. */
export class ErrorCounts {
  readonly #counts = new Map<string, { readonly name: ErrorCounter; readonly labels: Labels; value: number }>()

  add(name: ErrorCounter, labels: Labels): void {
    const id = JSON.stringify([name, labels])
    const count = this.#counts.get(id)
    if (count === undefined) this.#counts.set(id, { name, labels, value: 1 })
    else count.value++
  }

  /** The sum of the counts of that name that have these labels. */
  total(name: ErrorCounter, labels: Labels = {}): number {
    const wanted = Object.entries(labels)
    const counts = this.all().filter((count) => count.name === name && wanted.every(([key, text]) => count.labels[key] === text))
    return counts.reduce((sum, { value }) => sum + value, 0)
  }

  all(): readonly ErrorCount[] {
    return [...this.#counts.values()].map((count) => ({ ...count }))
  }
}
