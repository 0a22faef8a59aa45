import { ByteKey } from '../../kernel/byte-key.ts'
import { WindowedTable } from '../../kernel/windowed-table.ts'
import { asBuffer, fromLatin1, latin1 } from '../../model/bytes.ts'
import type { RecordContext } from '../../model/record-context.ts'
import type { RowView } from '../key-value/row-view.ts'
import { row, type Row } from '../key-value/row.ts'
import type { CacheBudget } from '../state-store.ts'
import { ByteCache, type LeavingEntry } from './byte-cache.ts'

export type CachedRow = readonly [key: string, row: Row | null]

/**
 * The record cache of windows or sessions, whose keys end in times. The entries of one key are found by chains, as in a segment: the order of
 * all entries, which a scan needs, would change with nearly every write. The first look-up makes the chains; without look-ups they cost nothing.
 */
export class TimedCache extends ByteCache {
  readonly #suffixBytes: number
  readonly #found = new ByteKey()
  /** Rows without values: the keys of the entries. */
  #keys: WindowedTable | undefined

  /** `suffixBytes`: what follows the key in the key of an entry. */
  constructor(suffixBytes: number, budget: CacheBudget, emit: (entry: LeavingEntry) => void) {
    super(budget, emit)
    this.#suffixBytes = suffixBytes
  }

  override put(key: ByteKey, row: RowView | null, context: RecordContext): void {
    if (this.#keys?.find(key) === 0) this.#keys.add(key)
    super.put(key, row, context)
  }

  /** Copies of the entries of a key whose times are in this range, the newest first. A deletion is a row of null. */
  entriesOf(key: ByteKey, fromMs: number, toMs: number): CachedRow[] {
    const keys = (this.#keys ??= this.#chained())
    const entries: CachedRow[] = []
    for (let at = keys.newest(key); at !== 0 && keys.time(at) >= fromMs; at = keys.older(at))
      if (keys.time(at) <= toMs) entries.push(this.#entry(keys, at))
    return entries
  }

  protected override left(key: ByteKey): void {
    this.#keys?.delete(key)
  }

  #chained(): WindowedTable {
    const keys = new WindowedTable(this.#suffixBytes)
    for (const [key] of this.scan({})) keys.add(this.#found.set(asBuffer(fromLatin1(key)), 0, key.length))
    return keys
  }

  #entry(keys: WindowedTable, at: number): CachedRow {
    const { bytes } = keys
    const key = this.#found.setHashed(bytes, keys.keyAt(at), keys.keyLength(at), keys.hash(at))
    const cached = this.get(key) ?? null
    return [latin1(bytes.subarray(key.at, key.at + key.length)), cached && row(cached.copy(), cached.timestamp)]
  }
}
