import { ByteKey } from '../../kernel/byte-key.ts'
import { WindowedTable } from '../../kernel/windowed-table.ts'
import { latin1 } from '../../model/bytes.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { RowView } from '../key-value/row-view.ts'
import { row, type Row } from '../key-value/row.ts'
import type { CacheBudget } from '../state-store.ts'
import { ByteCache, type LeavingEntry } from './byte-cache.ts'

export type CachedRow = readonly [key: string, row: Row | null]

/**
 * The record cache of windows or sessions, whose keys end in times. The entries of one key are found by chains, as in a segment: the order of
 * all entries, which a scan needs, would change with nearly every write.
 */
export class TimedCache extends ByteCache {
  /** Rows without values: the keys of the entries. */
  readonly #keys: WindowedTable
  readonly #found = new ByteKey()

  /** `suffixBytes`: what follows the key in the key of an entry. */
  constructor(suffixBytes: number, budget: CacheBudget, emit: (entry: LeavingEntry) => void) {
    super(budget, emit)
    this.#keys = new WindowedTable(suffixBytes)
  }

  override put(key: ByteKey, row: RowView | null, context: RecordContext): void {
    if (this.#keys.find(key) === 0) this.#keys.add(key)
    super.put(key, row, context)
  }

  /** Copies of the entries of a key whose times are in this range, the newest first. A deletion is a row of null. */
  entriesOf(key: ByteKey, fromMs: number, toMs: number): CachedRow[] {
    const keys = this.#keys
    const entries: CachedRow[] = []
    for (let at = keys.newest(key); at !== 0 && keys.time(at) >= fromMs; at = keys.older(at))
      if (keys.time(at) <= toMs) entries.push(this.#entry(at))
    return entries
  }

  protected override left(key: ByteKey): void {
    this.#keys.delete(key)
  }

  #entry(at: number): CachedRow {
    const { bytes } = this.#keys
    const key = this.#found.setHashed(bytes, this.#keys.keyAt(at), this.#keys.keyLength(at), this.#keys.hash(at))
    const cached = this.get(key) ?? null
    return [latin1(bytes.subarray(key.at, key.at + key.length)), cached && row(cached.copy(), cached.timestamp)]
  }
}
