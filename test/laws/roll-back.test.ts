import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { StateStore } from '../../lib/state/state-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { checkpoint, open, storeTask } from '../state/store-fixture.ts'
import { runs } from './runs.ts'
import { storeKinds, type StoreKind } from './store-kinds.ts'

type AnyKind = StoreKind<never, unknown, unknown, unknown>
type Medium = 'memory' | 'disk'

/** A store that is opened as those of a task under exactly-once. */
class Subject {
  readonly #kind: AnyKind
  readonly #storage = new MemoryStorageFactory().open('app')
  readonly store: StateStore

  constructor(kind: AnyKind, spec: unknown, medium: Medium, cacheBytes: number) {
    this.#kind = kind
    const task = storeTask({ storage: this.#storage, medium, cacheBytes })
    this.store = open(spec, { ...task, context: { ...task.context, isTransactional: true } })
  }

  put(write: unknown): void {
    this.#kind.put(this.store as never, write)
  }

  show(read: unknown): unknown {
    return this.#kind.show(this.store as never, read)
  }

  commit(): void {
    this.store.flush()
    this.store.commit()
  }

  checkpoint(): void {
    checkpoint(this.store, this.#storage)
  }
}

for (const [name, kind] of Object.entries(storeKinds) as [string, AnyKind][])
  for (const medium of ['memory', 'disk'] as const)
    t.test(`a ${name} store, ${medium}: what was rolled back was never written`, async () => {
      const transaction = fc.record({
        writes: fc.array(kind.write, { maxLength: 8 }),
        end: fc.constantFrom(
          'commit' as const,
          'commit and store' as const,
          'flush and roll back' as const,
          'roll back' as const,
        ),
        read: kind.read,
      })
      const law = fc.property(
        kind.options,
        fc.constantFrom(0, 2000, 1_000_000),
        fc.array(transaction, { maxLength: 12, size: 'max' }),
        (options, cacheBytes, transactions) => {
          const spec = kind.spec('s', options)
          const [subject, twin] = [new Subject(kind, spec, medium, cacheBytes), new Subject(kind, spec, medium, cacheBytes)]
          for (const { writes, end, read } of transactions) {
            const isCommitted = end === 'commit' || end === 'commit and store'
            for (const write of writes) subject.put(write)
            if (isCommitted) for (const write of writes) twin.put(write)
            if (end === 'flush and roll back') subject.store.flush()
            if (!isCommitted) subject.store.rollBack!()
            // A buffer gives what is shown of it: then that is committed, too.
            deepEqual(subject.show(read), twin.show(read))
            for (const each of [subject, twin]) each.commit()
            if (end === 'commit and store') for (const each of [subject, twin]) each.checkpoint()
          }
        },
      )
      fc.assert(law, runs(60))
    })
