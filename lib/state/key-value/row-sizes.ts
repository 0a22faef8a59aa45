import type { Row } from './row.ts'

/** The estimated memory of a row beside its key and value: objects and map slots. */
export const rowOverheadBytes = 96

/**
 * Estimates the memory of rows by the mean size of those that were written. To know it exactly, each write would have to look up the row
 * that it replaces.
 */
export class RowSizes {
  #rows = 0
  #bytes = 0

  written(key: string, { bytes }: Row): void {
    this.#rows++
    this.#bytes += key.length + bytes.byteLength + rowOverheadBytes
  }

  /** The memory of this many rows. */
  of(rows: number): number {
    return this.#rows === 0 ? 0 : Math.round((rows * this.#bytes) / this.#rows)
  }
}
