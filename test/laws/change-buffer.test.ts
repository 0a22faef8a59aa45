import { deepEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { change } from '../../lib/model/change.ts'
import type { ChangeBuffer } from '../../lib/state/buffers/change-buffer.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { changeBufferSpec as spec, open, storeTask, type StoreTask } from '../state/store-fixture.ts'
import { runs } from './runs.ts'

type Buffered = ChangeBuffer<string, string> & StateStore

type Step =
  | { readonly put: string; readonly value: string | null; readonly timeMs: number }
  | { readonly evictUpTo: number }
  | 'commit'
  | 'crash'

const word = fc.option(fc.string({ maxLength: 3 }), { freq: 4 })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ put: fc.constantFrom('', 'a', 'ab', 'é'), value: word, timeMs: fc.nat(30) }) },
  { weight: 3, arbitrary: fc.record({ evictUpTo: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.constant('commit' as const) },
  { weight: 1, arbitrary: fc.constant('crash' as const) },
)

class Life {
  readonly #storage = new MemoryStorageFactory().open('app/0_0')
  readonly #task: StoreTask = storeTask({ storage: this.#storage, medium: 'memory' })
  readonly #newest = new Map<string, string | null>()
  readonly emitted: string[] = []
  buffer: Buffered = open<Buffered>(spec, this.#task)
  #offset = 0

  apply(step: Step): void {
    if (step === 'crash' || step === 'commit') this.buffer.flush()
    else if ('put' in step) this.#put(step.put, step.value, step.timeMs)
    else this.evict(step.evictUpTo)
  }

  /** A new process has the changelog, in batches of any size, and nothing else. */
  crash(batch: number): void {
    this.buffer.flush()
    this.buffer.close()
    const { log } = this.#task
    this.buffer = open<Buffered>(spec, this.#task)
    for (let at = 0; at < log.length; at += batch) this.buffer.restore(log.slice(at, at + batch))
  }

  evict(timeMs: number): void {
    this.buffer.evictWhile(
      () => this.buffer.minTimeMs <= timeMs,
      (key, { newValue, oldValue }, { offset, headers }) =>
        this.emitted.push(`${key}=${oldValue}>${newValue}#${offset}${headers.map((header) => header.key).join()}`),
    )
  }

  state(): unknown {
    const { count, bytes, minTimeMs } = this.buffer
    return { count, bytes, minTimeMs, emitted: this.emitted }
  }

  #put(key: string, value: string | null, timeMs: number): void {
    const headers = this.#offset % 3 === 0 ? [{ key: 'h', value: null }] : []
    const context = { topic: 'i', partition: 0, offset: this.#offset++, timestamp: timeMs, headers }
    this.buffer.put(timeMs, key, change(value, this.#newest.get(key) ?? null), context)
    this.#newest.set(key, value)
  }
}

t.test('a buffer restored from its changelog, wherever it ends, is the live buffer', async () => {
  const law = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), fc.integer({ min: 1, max: 7 }), (steps, batch) => {
    const [live, crashing] = [new Life(), new Life()]
    for (const step of steps) {
      for (const life of [live, crashing]) life.apply(step)
      if (step === 'crash') crashing.crash(batch)
      deepEqual(crashing.state(), live.state())
    }
    for (const life of [live, crashing]) life.evict(Infinity)
    deepEqual(crashing.state(), live.state())
  })
  fc.assert(law, runs(300))
})
