import t from 'tap'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'
import { CurrentRecord } from '../../lib/runtime/task/current-record.ts'
import { SkippedRecords } from '../../lib/runtime/task/skipped-records.ts'
import { keyValueStore, windowStore } from '../../lib/state/stores.ts'

class Skips {
  nowMs = 1_000_000
  readonly current = new CurrentRecord('not kept')
  readonly dropped = new MemoryMetrics().counter('dropped-records', 'stream-task-metrics', {})
  readonly lines: { readonly message: string; readonly facts: unknown }[] = []
  readonly records = new SkippedRecords({
    clock: { monotonic: () => this.nowMs },
    logger: {
      info: () => undefined,
      warn: (message, facts) => void this.lines.push({ message, facts }),
      error: () => undefined,
    },
    current: this.current,
    dropped: this.dropped,
    streamTime: () => 26,
  })

  drop(place = 'AGGREGATE', reason = 'its window is closed'): void {
    this.current.set('words', 3, this.dropped.total, 9, [])
    this.records.drop(place, reason, { windowStartMs: 0, windowEndMs: 10 })
  }
}

t.test('a skipped record is logged with its place, the reason, and the times that explain it', async (t) => {
  const skips = new Skips()
  skips.drop()
  const message =
    'AGGREGATE skipped the record at words-3, offset 0, because its window is closed (timestamp 9, windowStartMs 0, windowEndMs 10).'
  const facts = {
    topic: 'words',
    partition: 3,
    offset: 0,
    timestamp: 9,
    place: 'AGGREGATE',
    windowStartMs: 0,
    windowEndMs: 10,
    leftOut: 0,
  }
  t.strictSame(skips.lines, [{ message, facts }])
})

t.test('a flood is one line in 10 s, which tells how many it left out; all are counted', async (t) => {
  const skips = new Skips()
  for (let ms = 0; ms < 25_000; ms += 100) {
    skips.drop()
    skips.nowMs += 100
  }
  t.equal(skips.dropped.total, 250)
  t.strictSame(
    skips.lines.map(({ message }) => message.slice(message.indexOf(').') + 2)),
    [
      '',
      ' 99 more were skipped there for this reason since it was last logged.',
      ' 99 more were skipped there for this reason since it was last logged.',
    ],
  )
})

t.test('each place and each reason has a line of its own', async (t) => {
  const skips = new Skips()
  for (const place of ['A', 'B', 'A']) for (const reason of ['it has no key', 'it has no value']) skips.drop(place, reason)
  t.equal(skips.lines.length, 4)
})

t.test('what Kafka Streams does not count is logged only, and what is no news is counted only', async (t) => {
  const skips = new Skips()
  skips.records.log('TABLE', 'a newer one is there')
  t.equal(skips.dropped.total, 0)
  skips.records.count()
  t.equal(skips.dropped.total, 1)
  t.equal(skips.lines.length, 1)
})

t.test('a store says how long it retains; what it leaves out of a changelog is no news', async (t) => {
  const skips = new Skips()
  const store = windowStore('windows', { retentionMs: 30, windowSizeMs: 10 })
  skips.records.dropInStore(store)
  t.strictSame(skips.lines, [], 'no record is at work yet: the store is being restored')
  skips.current.set('words', 0, 7, 2, [])
  skips.records.dropInStore(store)
  skips.records.dropInStore(keyValueStore('rows'))
  t.equal(skips.dropped.total, 3)
  t.equal(
    skips.lines[0]?.message,
    'The store windows skipped the record at words-0, offset 7, because it is older than what the store retains ' +
      '(timestamp 2, retentionMs 30, streamTimeMs 26).',
  )
})

t.test('a record that a punctuation made has no offset', async (t) => {
  const skips = new Skips()
  skips.current.set(null, -1, -1, 5, [])
  skips.records.drop('NODE', 'it has no key')
  t.equal(skips.lines[0]?.message, 'NODE skipped the record because it has no key (timestamp 5).')
})
