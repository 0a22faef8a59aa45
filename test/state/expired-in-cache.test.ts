import t from 'tap'
import { StreamsBuilder } from '../../lib/dsl/streams-builder.ts'
import { SessionWindows } from '../../lib/dsl/windows/session-windows.ts'
import { TimeWindows } from '../../lib/dsl/windows/time-windows.ts'
import { topic } from '../../lib/model/topic.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { sessionStore, windowStore } from '../../lib/state/stores.ts'
import { TopologyTestDriver } from '../../lib/testing/topology-test-driver.ts'

// A store forgets a window at its retention. The cache above it may have the window still. Without a grace that is soon.

const input = topic('in', { key: Serdes.string, value: Serdes.string })
const counts = { key: Serdes.string, value: Serdes.long }
const windows = windowStore('windows', { ...counts, retentionMs: 10, windowSizeMs: 10 })
const sessions = sessionStore('sessions', { ...counts, retentionMs: 3 })
const keys = Array.from({ length: 40 }, (_, index) => `k${index}`)

function topology(medium: 'memory' | 'disk') {
  const builder = new StreamsBuilder()
  const grouped = builder.stream(input).groupByKey()
  grouped.windowedBy(TimeWindows.of({ sizeMs: 10, graceMs: 0 })).count({ store: { name: 'windows', medium } })
  grouped.windowedBy(SessionWindows.of({ gapMs: 3, graceMs: 0 })).count({ store: { name: 'sessions', medium } })
  return builder.build()
}

function rowsOf(driver: TopologyTestDriver) {
  const windowed = driver.stateStore(windows)!
  const bySession = driver.stateStore(sessions)!
  return {
    windows: [...windowed.all()].length,
    ofKey: [...windowed.fetch('k0', 0, 100)].length,
    first: windowed.fetchOne('k0', 0),
    sessions: keys.flatMap((key) => [...bySession.fetch(key)]).length,
    firstSession: bySession.fetchSession('k0', 0, 0),
  }
}

for (const medium of ['memory', 'disk'] as const)
  t.test(`${medium}: a cache shows no window that has expired, so that a restore shows the same`, async (t) => {
    const config = { cacheMaxBytes: 10_000_000, applicationId: 'app' }
    using driver = new TopologyTestDriver(topology(medium), config)
    const source = driver.createInputTopic(input)
    for (const timestamp of [0, 10, 20, 30]) for (const key of keys) source.pipeInput({ key, value: 'v', timestamp })
    const rows = rowsOf(driver)
    t.match(rows, { windows: 40, ofKey: 1, first: null, sessions: 40, firstSession: null })
    using restored = new TopologyTestDriver(topology(medium), { ...config, changelogs: driver.produced() })
    t.same(rowsOf(restored), rows)
    using java = new TopologyTestDriver(topology(medium), { ...config, compatibility: 'java' })
    const other = java.createInputTopic(input)
    for (const timestamp of [0, 10, 20, 30]) for (const key of keys) other.pipeInput({ key, value: 'v', timestamp })
    t.match(rowsOf(java), { windows: 160, sessions: 160 }, 'Java shows what the cache has')
  })
