import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { windowed } from '../../lib/model/windowed.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { SessionStore } from '../../lib/state/session/session-store.ts'
import type { ChangelogRecord, StateStore } from '../../lib/state/state-store.ts'
import { keyValueStore, sessionStore, windowStore } from '../../lib/state/stores.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageWrite } from '../../lib/storage/storage.ts'
import { open, storeTask, type StoreTask } from '../state/store-fixture.ts'
import { runs } from './runs.ts'

// A process may be killed between any two slices of a checkpoint. Then storage has newer rows than its position says.

interface Put {
  readonly key: string
  readonly time: number
  readonly value: string | null
}

interface Kind {
  readonly spec: unknown
  put(store: StateStore, put: Put): void
  rows(store: StateStore): unknown[]
}

const serdes = { key: Serdes.string, value: Serdes.string }
const timed = { ...serdes, retentionMs: 100_000 }

function kind<S>(spec: unknown, put: (store: S, put: Put) => void, rows: (store: S) => Iterable<unknown>): Kind {
  return {
    spec,
    put: (store, each) => put(store as unknown as S, each),
    rows: (store) => [...rows(store as unknown as S)],
  }
}

const kinds: Readonly<Record<string, Kind>> = {
  'a key-value store': kind<KeyValueStore<string, string>>(
    keyValueStore('s', serdes),
    (store, { key, value }) => store.put(key, value),
    (store) => store.all(),
  ),
  'a window store': kind<WindowStore<string, string>>(
    windowStore('s', { ...timed, windowSizeMs: 10 }),
    (store, { key, time, value }) => store.put(key, value, time),
    (store) => store.all(),
  ),
  'a session store': kind<SessionStore<string, string>>(
    sessionStore('s', timed),
    (store, { key, time, value }) => store.put(windowed(key, time, time + 5), value),
    (store) => store.findSessionsRange(null, null, 0, Infinity),
  ),
}

/** A task with one store, which is killed and comes back. */
class Killed {
  readonly #kind: Kind
  readonly #storage: StorageEnvironment = new MemoryStorageFactory().open('task')
  readonly #log: ChangelogRecord[] = []
  #task: StoreTask
  #store: StateStore
  #committed = 0
  #position = 0
  #reached = 0
  #slices: Iterator<StorageWrite[]> | undefined
  #last: StorageWrite[] = []

  constructor(kind: Kind) {
    this.#kind = kind
    this.#task = this.#opened()
    this.#store = open(kind.spec, this.#task)
  }

  put(put: Put): void {
    this.#kind.put(this.#store, put)
    this.#log.push(...this.#task.log.splice(0))
  }

  commit(): void {
    this.#store.commit()
    this.#committed = this.#log.length
  }

  slice(): void {
    if (this.#slices === undefined) this.#begin()
    const slice = this.#slices?.next()
    if (slice?.done === false) return this.#storage.transact(slice.value)
    this.#slices = undefined
    this.#storage.transact(this.#last)
    this.#store.checkpointed()
    this.#position = this.#reached
  }

  /** `aborted`: what was not committed never counts, as exactly once; else it is in the changelog. */
  kill(what: 'kill' | 'kill, aborted'): void {
    if (what === 'kill, aborted') this.#log.splice(this.#committed)
    this.#slices = undefined
    this.#task = this.#opened()
    this.#store = open(this.#kind.spec, this.#task)
    this.#store.restore(this.#log.slice(this.#position))
    this.#committed = this.#log.length
  }

  rows(): unknown[] {
    return this.#kind.rows(this.#store)
  }

  /** What a restore of the whole changelog gives. */
  restored(): unknown[] {
    const storage = new MemoryStorageFactory().open('task')
    const store = open(this.#kind.spec, storeTask({ storage, medium: 'disk' })) as StateStore
    store.restore(this.#log)
    return this.#kind.rows(store)
  }

  #begin(): void {
    this.#last = []
    this.#reached = this.#committed
    this.#slices = this.#store.checkpointSlices?.(2, this.#last)
    if (this.#slices === undefined) this.#store.checkpoint(this.#last)
  }

  #opened(): StoreTask {
    return storeTask({ storage: this.#storage, medium: 'disk' })
  }
}

const put = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'ab', ''),
  time: fc.constantFrom(0, 10, 30_000, 70_000, 120_000, 200_000),
  value: fc.option(fc.constantFrom('1', '2', 'longer than eight bytes'), { freq: 4 }),
})
const move = fc.constantFrom('commit', 'slice', 'slice', 'slice', 'kill', 'kill, aborted')
const steps = fc.array(fc.oneof({ weight: 5, arbitrary: put }, { weight: 4, arbitrary: move }), { maxLength: 60, size: 'max' })

for (const [name, kind] of Object.entries(kinds))
  t.test(`${name} that was killed between any two slices of a checkpoint is what its changelog says`, async () => {
    const law = fc.property(steps, (given) => {
      const subject = new Killed(kind)
      for (const step of given) {
        if (step === 'commit') subject.commit()
        else if (step === 'slice') subject.slice()
        else if (typeof step === 'object') subject.put(step)
        else {
          subject.kill(step)
          deepEqual(subject.rows(), subject.restored())
        }
      }
      subject.kill('kill')
      deepEqual(subject.rows(), subject.restored())
    })
    fc.assert(law, runs(100))
  })
