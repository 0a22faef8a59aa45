import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { StateStore } from '../../lib/state/state-store.ts'
import type { StorageEnvironment, StorageFactory } from '../../lib/storage/storage.ts'
import { checkpoint, open, storeTask, type StoreTask } from '../state/store-fixture.ts'
import { media } from '../storage/media.ts'
import { runs } from './runs.ts'
import { storeKinds, type StoreKind } from './store-kinds.ts'

type AnyKind = StoreKind<never, unknown, unknown, unknown>

/** `settle` waits for writes behind the call; `reopen` is a clean restart. */
type Move = 'flush' | 'commit' | 'checkpoint' | 'settle' | 'reopen'

const moves = fc.constantFrom<Move>('flush', 'commit', 'checkpoint', 'settle', 'reopen')

/** One store on one medium. */
class Subject {
  readonly #kind: AnyKind
  readonly #spec: unknown
  readonly #medium: 'memory' | 'disk'
  readonly #factory: StorageFactory
  readonly #storage: StorageEnvironment
  #task!: StoreTask
  #store!: StateStore
  #dropped = 0

  constructor(kind: AnyKind, spec: unknown, medium: 'memory' | 'disk', factory: StorageFactory, storage: StorageEnvironment) {
    this.#kind = kind
    this.#spec = spec
    this.#medium = medium
    this.#factory = factory
    this.#storage = storage
    this.#open()
  }

  get dropped(): number {
    return this.#dropped + this.#task.dropped.total
  }

  put(write: unknown): void {
    this.#kind.put(this.#store as never, write)
  }

  show(read: unknown): unknown {
    return this.#kind.show(this.#store as never, read)
  }

  async move(move: Move): Promise<void> {
    if (move === 'flush' || move === 'reopen') this.#store.flush()
    if (move === 'commit' || move === 'reopen') this.#store.commit()
    if (move === 'checkpoint' || move === 'reopen') checkpoint(this.#store, this.#storage)
    if (move === 'settle' || move === 'reopen') await this.#factory.flush?.()
    if (move === 'reopen' && this.#medium === 'disk') this.#reopen()
  }

  close(): void {
    this.#store.close()
    this.#storage.drop(this.#storage.tables().filter((table) => table.split('/')[0] === this.#store.name))
  }

  #open(): void {
    this.#task = storeTask({ storage: this.#storage, medium: this.#medium, cacheBytes: 2_000 })
    this.#store = open(this.#spec, this.#task)
  }

  #reopen(): void {
    this.#store.close()
    this.#dropped = this.dropped
    this.#open()
  }
}

const grounds = await Promise.all(
  Object.entries(media).map(async ([name, make]) => {
    const factory = await make(t)
    return { medium: name === 'memory' ? ('memory' as const) : ('disk' as const), factory, storage: factory.open('app') }
  }),
)
t.teardown(() => {
  for (const { storage } of grounds) storage.close()
})

let stores = 0

for (const [name, kind] of Object.entries(storeKinds) as [string, AnyKind][])
  t.test(`a ${name} store answers alike on ${Object.keys(media).join(', ')}`, async (t) => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ write: kind.write }) },
      { weight: 2, arbitrary: fc.record({ read: kind.read }) },
      { weight: 2, arbitrary: fc.record({ move: moves }) },
    )
    const law = fc.asyncProperty(kind.options, fc.array(step, { maxLength: 60, size: 'max' }), async (options, steps) => {
      const spec = kind.spec(`s${stores++}`, options)
      const subjects = grounds.map(({ medium, factory, storage }) => new Subject(kind, spec, medium, factory, storage))
      try {
        for (const step of steps) {
          if ('write' in step) for (const subject of subjects) subject.put(step.write)
          else if ('move' in step) for (const subject of subjects) await subject.move(step.move)
          else {
            const [expected, ...found] = subjects.map((subject) => subject.show(step.read))
            for (const each of found) deepEqual(each, expected)
          }
        }
        deepEqual(new Set(subjects.map(({ dropped }) => dropped)).size, 1)
      } finally {
        for (const subject of subjects) subject.close()
      }
    })
    await t.resolves(fc.assert(law, runs(60)))
  })
