import { noHeaders } from '../../lib/model/headers.ts'
import { noBudget, restoreWithin, type RestoreBudget } from '../../lib/state/restore-budget.ts'
import type { ChangelogRecord, StateStore, StateStoreContext } from '../../lib/state/state-store.ts'
import type { StoreKind } from '../../lib/state/store-kind.ts'
import { storeKinds, type StoreKinds } from '../../lib/state/store-kinds.ts'
import { storageTable } from '../../lib/state/store-parts.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import type { StorageWrite } from '../../lib/storage/storage.ts'

// A kind of store that the library does not have, and unlike all that it has: one number, without keys, rows or serdes.

const theKey = Buffer.from('sum')

/** The sum of what was added. Its changelog has what was added since the last flush: only all its records together are the sum. */
class SumStore implements StateStore {
  readonly spec: StoreSpec
  readonly dirtyBytes = 0
  readonly #context: StateStoreContext
  #unflushed = 0
  #open: number
  #committed: number | undefined

  constructor(spec: StoreSpec, context: StateStoreContext) {
    this.spec = spec
    this.#context = context
    const stored = storageTable(spec.name, spec, context)?.get(theKey)
    this.#open = stored === undefined ? 0 : numberOf(stored)
  }

  get name(): string {
    return this.spec.name
  }

  add(number: number): void {
    this.#unflushed += number
  }

  get(key: unknown): number | null {
    return key === 'sum' ? this.#open + this.#unflushed : null
  }

  get heldBytes(): number {
    return 0
  }

  flush(): void {
    if (this.#unflushed === 0) return
    this.#context.changelog?.append(theKey, bytesOf(this.#unflushed), null, noHeaders)
    this.#open += this.#unflushed
    this.#unflushed = 0
  }

  commit(): void {
    this.#committed = this.#open
  }

  checkpoint(writes: StorageWrite[]): void {
    const table = storageTable(this.name, this.spec, this.#context)
    if (this.#committed !== undefined && table !== undefined) writes.push({ table, key: theKey, value: bytesOf(this.#committed) })
  }

  checkpointed(): void {
    this.#committed = undefined
  }

  restore(records: readonly ChangelogRecord[], budget: RestoreBudget = noBudget): number {
    const applied = restoreWithin(budget, records, ({ value }) => void (this.#open += value === null ? 0 : numberOf(value)))
    this.commit()
    return applied
  }

  close(): void {}
}

export type Sum = SumStore

/** All kinds that there are, and this one. */
export const kindsWithSum: StoreKinds = {
  ...storeKinds,
  sum: {
    open: (spec, context) => new SumStore(spec, context),
    format: () => ({ changelog: 'sum', rows: 'text' }),
    changelog: {
      keys: 'composed',
      holds: ({ key }) => String(key) === 'sum',
      cleanupPolicy: 'compact',
      topicConfig: () => ({ 'cleanup.policy': 'delete', 'retention.ms': '-1' }),
    },
    restores: 'all',
    flushes: 'last',
    view: 'key-value',
    versions: 'none',
  } satisfies StoreKind,
}

export function sumStore(name: string): StoreSpec {
  const spec = { kind: 'sum', name, key: undefined, value: undefined, medium: 'default', caching: 'disabled' }
  return { ...spec, changelog: { config: {} } } as unknown as StoreSpec
}

function numberOf(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes).toString())
}

function bytesOf(number: number): Uint8Array {
  return Buffer.from(String(number))
}
