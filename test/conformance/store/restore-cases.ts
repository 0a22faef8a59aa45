import fc from 'fast-check'
import { valueAndTimestamp } from '../../../lib/model/value-and-timestamp.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { KeyValueStore, TimestampedKeyValueStore } from '../../../lib/state/key-value/key-value-store.ts'
import type { StateStore } from '../../../lib/state/state-store.ts'
import { keyValueStore, timestampedKeyValueStore, windowStore } from '../../../lib/state/stores.ts'
import type { WindowStore } from '../../../lib/state/window/window-store.ts'
import { runs } from '../../laws/runs.ts'
import { open, shownLog, storeTask } from '../../state/store-fixture.ts'
import { committer, dropped, restored } from './restored.ts'
import type { StoreCase } from './store-case.ts'

const serdes = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const
const key = fc.constantFrom('', 'a', 'ab', 'b')
const value = fc.option(fc.string({ maxLength: 3 }), { freq: 3 })
const many = { maxLength: 60, size: 'max' } as const
const commit = fc.constant('commit' as const)

type Table = TimestampedKeyValueStore<string, string> & StateStore
type Windows = WindowStore<string, string> & StateStore

/** `valueOf` makes what the store holds out of a string and a time. */
function restoreLaw<V>(
  specOf: (name: string, options: typeof serdes) => { readonly name: string },
  valueOf: (value: string, time: number) => V,
): StoreCase {
  const put = fc.tuple(key, value, fc.nat(9))
  const steps = fc.array(fc.oneof({ weight: 5, arbitrary: put }, { weight: 1, arbitrary: commit }), many)
  return (t, ground) => {
    let run = 0
    const law = fc.property(steps, (steps) => {
      const spec = specOf(`s${run++}`, serdes)
      const task = storeTask(ground)
      const live = open<KeyValueStore<string, V>>(spec, task)
      const commits = committer(live, task, ground)
      for (const step of steps)
        if (step === 'commit') commits.run()
        else live.put(step[0], step[1] === null ? null : valueOf(step[1], step[2]))
      live.flush()
      const again = restored(() => open<KeyValueStore<string, V>>(spec, storeTask(ground)), task.log, commits.stored())
      const isSame = JSON.stringify([...again.all()]) === JSON.stringify([...live.all()])
      dropped(ground, spec.name)
      return isSame
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  }
}

export const restoreCases: Readonly<Record<string, StoreCase>> = {
  'a table restored at any offset is the live table': restoreLaw(timestampedKeyValueStore, (value, time) =>
    valueAndTimestamp(value, time),
  ),
  'a key-value store restored at any offset is the live store': restoreLaw(keyValueStore, (value) => value),
  'a window store restored at any offset is the live store': (t, ground) => {
    const put = fc.tuple(
      key,
      value,
      fc.integer({ min: 0, max: 40 }).map((start) => start * 10_000),
    )
    const steps = fc.array(fc.oneof({ weight: 5, arbitrary: put }, { weight: 1, arbitrary: commit }), many)
    const kinds = fc.record({
      expiry: fc.constantFrom('exact' as const, 'segmented' as const),
      duplicates: fc.constantFrom('keep' as const, 'replace' as const),
    })
    let run = 0
    const law = fc.property(steps, kinds, (steps, kind) => {
      const spec = windowStore(`w${run++}`, {
        key: Serdes.string,
        value: Serdes.string,
        ...kind,
        retentionMs: 120_000,
        windowSizeMs: 10,
      })
      const task = storeTask(ground)
      const live = open<Windows>(spec, task)
      const commits = committer(live, task, ground)
      for (const step of steps)
        if (step === 'commit') commits.run()
        else live.put(step[0], step[1], step[2])
      const again = restored(() => open<Windows>(spec, storeTask(ground)), task.log, commits.stored())
      for (const store of [live, again]) store.put('last', 'one', 200_000)
      const isSame = JSON.stringify([...again.all()]) === JSON.stringify([...live.all()])
      dropped(ground, spec.name)
      return isSame
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
  'the changelog has the plain value, and the time of the row': (t, ground) => {
    const task = storeTask(ground)
    const store = open<Table>(timestampedKeyValueStore('s', serdes), task)
    task.at(50)
    store.put('a', valueAndTimestamp('1', 7))
    task.at(60)
    store.put('b', null)
    store.flush()
    t.strictSame(shownLog(task.log), ['a=1@7', 'b=null@60'])
    t.strictSame(
      task.log.flatMap(({ headers }) => headers),
      [],
    )
  },
}
