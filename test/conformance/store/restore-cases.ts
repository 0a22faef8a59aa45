import fc from 'fast-check'
import { valueAndTimestamp } from '../../../lib/model/value-and-timestamp.ts'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { TimestampedKeyValueStore } from '../../../lib/state/key-value-store.ts'
import type { ChangelogRecord, StateStore } from '../../../lib/state/state-store.ts'
import { timestampedKeyValueStore, windowStore } from '../../../lib/state/stores.ts'
import type { WindowStore } from '../../../lib/state/window-store.ts'
import { checkpoint, open, shownLog, storeTask, type StoreTask } from '../../state/store-fixture.ts'
import type { StoreCase, StoreGround } from './store-case.ts'

const serdes = { key: Serdes.string, value: Serdes.string, caching: 'enabled' } as const
const key = fc.constantFrom('', 'a', 'ab', 'b')
const value = fc.option(fc.string({ maxLength: 3 }), { freq: 3 })
const many = { maxLength: 60, size: 'max' } as const
const commit = fc.constant('commit' as const)

type Table = TimestampedKeyValueStore<string, string> & StateStore
type Windows = WindowStore<string, string> & StateStore

/** Commits, and checkpoints every other time, so that restores begin at every kind of offset. */
function committer(store: StateStore, task: StoreTask, ground: StoreGround) {
  let commits = 0
  let stored = 0
  const run = (): void => {
    store.flush()
    store.commit()
    if (commits++ % 2 === 1) return
    checkpoint(store, ground.storage)
    if (ground.medium === 'disk') stored = task.log.length
  }
  return { run, stored: () => stored }
}

/** Opens the store again and restores what its storage does not have, in batches. */
function restored<S extends StateStore>(reopen: () => S, log: readonly ChangelogRecord[], from: number): S {
  const store = reopen()
  for (let at = from; at < log.length; at += 5) store.restore(log.slice(at, at + 5))
  return store
}

export const restoreCases: Readonly<Record<string, StoreCase>> = {
  'a table restored at any offset is the live table': (t, ground) => {
    const steps = fc.array(
      fc.oneof({ weight: 5, arbitrary: fc.tuple(key, value, fc.nat(9)) }, { weight: 1, arbitrary: commit }),
      many,
    )
    let run = 0
    const law = fc.property(steps, (steps) => {
      const spec = timestampedKeyValueStore(`s${run++}`, serdes)
      const task = storeTask(ground)
      const live = open<Table>(spec, task)
      const commits = committer(live, task, ground)
      for (const step of steps)
        if (step === 'commit') commits.run()
        else live.put(step[0], step[1] === null ? null : valueAndTimestamp(step[1], step[2]))
      live.flush()
      const again = restored(() => open<Table>(spec, storeTask(ground)), task.log, commits.stored())
      return JSON.stringify([...again.all()]) === JSON.stringify([...live.all()])
    })
    t.doesNotThrow(() => fc.assert(law, { numRuns: 150 }))
  },
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
      return JSON.stringify([...again.all()]) === JSON.stringify([...live.all()])
    })
    t.doesNotThrow(() => fc.assert(law, { numRuns: 150 }))
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
