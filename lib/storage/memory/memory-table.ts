import { fromLatin1, latin1 } from '../../model/bytes.ts'
import { OrderedMap } from '../ordered-map.ts'
import type { StorageEntry, StorageRange, StorageTable } from '../storage.ts'

/** A table whose rows are in memory, in the order of their keys. It keeps values as they are given, without a copy. */
export class MemoryTable implements StorageTable {
  readonly name: string
  readonly #rows = new OrderedMap<Uint8Array>()

  constructor(name: string) {
    this.name = name
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(latin1(key))
  }

  iterate({ from, to, reverse }: StorageRange): IterableIterator<StorageEntry> {
    return entries(this.#rows.scan({ from: from && latin1(from), to: to && latin1(to), reverse }))
  }

  count(): number {
    return this.#rows.size
  }

  apply(key: Uint8Array, value: Uint8Array | null): void {
    if (value === null) this.#rows.delete(latin1(key))
    else this.#rows.set(latin1(key), value)
  }
}

function* entries(rows: IterableIterator<[string, Uint8Array]>): Generator<StorageEntry, undefined> {
  for (const [key, value] of rows) yield { key: fromLatin1(key), value }
}
