import type { DriftReport } from 'millrace/connect'

/** A difference between the columns that the pipeline reads, and those that a raw topic has. */
export interface ColumnDrift {
  readonly topic: string
  readonly column: string
  /**
   * `added`: nobody reads it, and the flow goes on. `missing`, `changed`: each record without the column, or with another type, goes to
   * the dead letters.
   */
  readonly kind: 'added' | 'missing' | 'changed'
  readonly expected: string | null
  readonly found: string | null
}

/**
 * What embedded schemas say of the columns of raw topics, by the newest schema that came. A drift that the next schema no longer has is over.
 */
export class DriftBook {
  readonly #byTopic = new Map<string, readonly ColumnDrift[]>()

  readonly note = (report: DriftReport, topic: string): void => {
    this.#byTopic.set(topic, driftsOf(report, topic))
  }

  all(): readonly ColumnDrift[] {
    return [...this.#byTopic.values()].flat()
  }
}

function driftsOf({ added, missing, changed }: DriftReport, topic: string): readonly ColumnDrift[] {
  return [
    ...added.map(({ name: column, type }) => ({ topic, column, kind: 'added', expected: null, found: type }) as const),
    ...missing.map(({ name: column, expected }) => ({ topic, column, kind: 'missing', expected, found: null }) as const),
    ...changed.map(({ name: column, expected, found }) => ({ topic, column, kind: 'changed', expected, found }) as const),
  ]
}
