import fc from 'fast-check'
import { Serdes } from '../../../lib/serde/serdes.ts'
import type { StateStore } from '../../../lib/state/state-store.ts'
import { versionedKeyValueStore } from '../../../lib/state/stores.ts'
import type { HistoryOptions, VersionedKeyValueStore } from '../../../lib/state/versioned/versioned-key-value-store.ts'
import { runs } from '../../laws/runs.ts'
import { checkpoint, open, shownLog, storeTask, type StoreTask } from '../../state/store-fixture.ts'
import { committer, dropped, restored } from './restored.ts'
import type { StoreCase, StoreGround } from './store-case.ts'
import { VersionModel } from './version-model.ts'

type Versions = VersionedKeyValueStore<string, string> & StateStore

const serdes = { key: Serdes.string, value: Serdes.string } as const
const historyRetentionMs = 20

let stores = 0

/** Segments shorter than the history, so that versions move between them. */
function versionsSpec(segmentIntervalMs = 7) {
  return versionedKeyValueStore(`v${stores++}`, { ...serdes, historyRetentionMs, segmentIntervalMs })
}

function opened(ground: StoreGround): { readonly store: Versions; readonly task: StoreTask } {
  const task = storeTask(ground)
  return { store: open<Versions>(versionsSpec(), task), task }
}

function shown(store: Versions, key: string, options?: HistoryOptions): string {
  return [...store.history(key, options)].map(({ value, timestamp, validTo }) => `${value}[${timestamp},${validTo})`).join(' ')
}

const key = fc.constantFrom('a', 'b', 'long'.repeat(600))
const value = fc.option(fc.string({ maxLength: 2 }), { freq: 3 })
/** How far from the newest put; some are too late. */
const put = fc.record({ do: fc.constant('put' as const), key, value, after: fc.integer({ min: -24, max: 9 }) })
const move = fc.record({ do: fc.constantFrom('commit' as const, 'checkpoint' as const) })
const steps = fc.array(fc.oneof({ weight: 8, arbitrary: put }, { weight: 1, arbitrary: move }), { maxLength: 40, size: 'max' })
const segmentInterval = fc.integer({ min: 1, max: 30 })

/** All that can be asked of a store, back to where its history ends. */
function answers(store: Versions | VersionModel, newest: number): string {
  const times = Array.from({ length: historyRetentionMs + 12 }, (_, index) => newest - historyRetentionMs - 4 + index)
  return ['a', 'b', 'long'.repeat(600)]
    .map((key) => {
      const kept = [...store.history(key)].filter(({ validTo }) => validTo > newest - historyRetentionMs)
      return JSON.stringify([store.get(key), times.map((time) => store.get(key, time)), kept])
    })
    .join()
}

export const versionedCases: Readonly<Record<string, StoreCase>> = {
  'late versions find their place, and say how long they are valid': (t, ground) => {
    const { store } = opened(ground)
    t.equal(store.put('a', 'x', 20), Infinity)
    t.equal(store.put('a', 'y', 10), 20)
    t.equal(store.put('a', null, 15), 20)
    t.equal(store.put('a', 'z', 12), 15)
    t.equal(store.put('a', 'y!', 10), 12)
    t.equal(shown(store, 'a'), 'y![10,12) z[12,15) x[20,Infinity)')
    t.strictSame(
      [9, 10, 12, 15, 20].map((time) => store.get('a', time)?.value),
      [undefined, 'y!', 'z', undefined, 'x'],
    )
    t.strictSame(store.get('a'), { value: 'x', timestamp: 20 })
    t.strictSame(store.delete('a', 25), { value: 'x', timestamp: 20 })
    t.equal(store.get('a'), null)
    t.equal(store.get('b'), null)
  },
  'what is older than the history is not put, and counted': (t, ground) => {
    const { store, task } = opened(ground)
    store.put('a', 'new', 100)
    t.equal(store.put('a', 'edge', 80), 100)
    t.equal(store.put('a', 'late', 79), 'not-put')
    t.equal(store.put('b', 'late', 79), 'not-put')
    t.equal(store.delete('a', 79), null)
    t.equal(task.dropped.total, 3)
    t.equal(store.get('a', 80)?.value, 'edge')
    t.equal(store.get('b'), null)
  },
  'the latest version never expires': (t, ground) => {
    const { store } = opened(ground)
    store.put('a', '1', 0)
    store.put('a', '2', 5)
    store.put('b', '3', 1_000)
    t.equal(store.get('a')?.value, '2')
    t.equal(store.get('a', 6)?.value, '2')
    t.equal(store.get('a', 4), null)
    t.equal(shown(store, 'a'), '2[5,Infinity)')
  },
  'history between two times, in both orders': (t, ground) => {
    const { store } = opened(ground)
    for (const time of [1, 5, 9, 13]) store.put('a', `v${time}`, time)
    store.put('a', null, 16)
    t.equal(shown(store, 'a', { fromMs: 5, toMs: 12 }), 'v5[5,9) v9[9,13)')
    t.equal(shown(store, 'a', { fromMs: 6, order: 'descending' }), 'v13[13,16) v9[9,13) v5[5,9)')
    t.equal(shown(store, 'a', { fromMs: 16 }), '')
    t.equal(shown(store, 'a', { toMs: 0 }), '')
  },
  'every put is in the changelog at its time, also one that came too late': (t, ground) => {
    const { store, task } = opened(ground)
    store.put('a', '1', 100)
    store.put('a', '2', 10)
    store.put('a', null, 90)
    t.strictSame(shownLog(task.log), ground.changelog === 'on' ? ['a=1@100', 'a=2@10', 'a=null@90'] : [])
  },
  'a closed versioned store says so': (t, ground) => {
    const { store } = opened(ground)
    store.close()
    const closed = { name: 'InvalidStateStoreError', code: 'STREAMS_STORE_CLOSED' }
    t.throws(() => store.get('a'), closed)
    t.throws(() => store.put('a', '1', 1), closed)
    t.throws(() => store.history('a'), closed)
  },
  'a versioned store answers as a sorted list of all versions does': (t, ground) => {
    const law = fc.property(steps, segmentInterval, (steps, interval) => {
      const spec = versionsSpec(interval)
      const store = open<Versions>(spec, storeTask(ground))
      const model = new VersionModel(historyRetentionMs)
      let newest = 0
      for (const step of steps) {
        if (step.do === 'put') {
          const at = Math.max(0, newest + step.after)
          newest = Math.max(newest, at)
          if (store.put(step.key, step.value, at) !== model.put(step.key, step.value, at)) return false
        } else store.commit()
        if (step.do === 'checkpoint') checkpoint(store, ground.storage)
        if (answers(store, newest) !== answers(model, newest)) return false
      }
      dropped(ground, spec.name)
      return true
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
}

export const versionedRestoreCases: Readonly<Record<string, StoreCase>> = {
  'a versioned store restored at any offset is the live store': (t, ground) => {
    const law = fc.property(steps, segmentInterval, (steps, interval) => {
      const spec = versionsSpec(interval)
      const task = storeTask(ground)
      const live = open<Versions>(spec, task)
      const commits = committer(live, task, ground)
      let newest = 0
      for (const step of steps)
        if (step.do === 'put') {
          const at = Math.max(0, newest + step.after)
          newest = Math.max(newest, at)
          live.put(step.key, step.value, at)
        } else commits.run()
      const again = restored(() => open<Versions>(spec, storeTask(ground)), task.log, commits.stored())
      // What is put next finds its place among the same versions, and is late for both or for neither.
      for (const after of [-20, -13, -5]) {
        const puts = [live, again].map((store) => store.put('a', 'late', Math.max(0, newest + after)))
        if (puts[0] !== puts[1]) return false
      }
      const isSame = answers(again, newest) === answers(live, newest)
      dropped(ground, spec.name)
      return isSame
    })
    t.doesNotThrow(() => fc.assert(law, runs(150)))
  },
}
