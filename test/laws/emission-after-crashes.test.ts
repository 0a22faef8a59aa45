import fc from 'fast-check'
import t from 'tap'
import { nullable, Serdes, StreamsBuilder, TimeWindows, topic } from 'millrace'
import { ManualClock } from '../../lib/clock/manual-clock.ts'
import { applyAll } from '../../lib/runtime/restore/changelog.ts'
import { StreamTask } from '../../lib/runtime/task/stream-task.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { OffsetCommit } from '../../lib/transport/group-coordinator.ts'
import { decodeRecordBatch } from '../../lib/transport/record-batch/decode-record-batches.ts'
import { noProducer, RecordBatchBuilder } from '../../lib/transport/record-batch/record-batch-builder.ts'
import { environment, Log, placed } from '../runtime/task-fixture.ts'
import { runs } from './runs.ts'

// At least once: whatever a crash leaves of output and changelog, every window is emitted with all that was in time for it.

const partition = { topic: 'in', partition: 0 }
const changelog = 'test-agg-changelog'

/** Letters as a set: what is processed twice changes nothing. */
const addLetter = (letters: string, letter: string): string => [...new Set([...letters, letter])].sort().join('')

function topologyOf(sizeMs: number, graceMs: number) {
  const builder = new StreamsBuilder()
  builder
    .stream(topic('in', { key: Serdes.string, value: Serdes.string }))
    .groupByKey()
    .windowedBy(TimeWindows.of({ sizeMs, graceMs }))
    .emitStrategy('on-window-close')
    .aggregate(() => '', addLetter, { value: Serdes.string, store: 'agg' })
    .toStream()
    .map((value, { startMs }) => ({ key: String(startMs), value }))
    .to(topic('out', { key: Serdes.string, value: nullable(Serdes.string) }))
  return builder.build()
}

/** A crash takes what was not acknowledged: any part from the end that was not committed. */
class CrashingLog extends Log {
  readonly #committed = new Map<string, number>()

  commit(): void {
    for (const [name, records] of this.records) this.#committed.set(name, records.length)
  }

  /** `kept` of 100 parts of what was not committed. */
  crash(name: string, kept: number): void {
    const records = this.of(name)
    const committed = this.#committed.get(name) ?? 0
    records.length = committed + Math.floor(((records.length - committed) * kept) / 100)
  }
}

class Run {
  readonly log = new CrashingLog()
  readonly #clock = new ManualClock(0)
  readonly #topology: ReturnType<typeof topologyOf>
  readonly #emitIntervalMs: number
  #task!: StreamTask
  #committed: OffsetCommit = { ...partition, offset: 0, leaderEpoch: -1, metadata: '' }
  #position = 0

  constructor(sizeMs: number, graceMs: number, emitIntervalMs: number) {
    this.#topology = topologyOf(sizeMs, graceMs)
    this.#emitIntervalMs = emitIntervalMs
    this.#open()
  }

  #open(): void {
    const [subtopology] = this.#topology.plan('test').subtopologies
    this.#task = new StreamTask({
      id: { subtopology: 0, partition: 0 },
      environment: { ...environment, emitIntervalMs: this.#emitIntervalMs, clock: this.#clock },
      subtopologies: [subtopology!],
      partitions: [partition],
      storage: new MemoryStorageFactory().open('task'),
      output: this.log,
      globalStores: { names: new Set<string>(), store: () => undefined },
    })
    this.#task.open()
    const records = this.log.of(changelog)
    for (const { restore } of this.#task.restores()) applyAll(restore, placed(records), records.length)
    this.#task.restored()
    this.#task.start(this.#committed.offset === 0 ? [] : [this.#committed])
    this.#task.seek(partition, this.#committed.offset)
    this.#position = this.#committed.offset
  }

  /** Processes the input from where it is, up to `end`. */
  process(inputs: readonly number[], end: number): void {
    const rows = inputs.slice(this.#position, end)
    if (rows.length === 0) return
    const builder = new RecordBatchBuilder()
    const from = this.#position
    inputs.slice(0, end).forEach((timestamp, index) => {
      builder.append(Buffer.from('k'), Buffer.from(String.fromCharCode(97 + index)), timestamp, [])
    })
    this.#task.addRecords(partition, decodeRecordBatch(builder.seal(noProducer)), from, end)
    while (this.#task.isProcessable(0)) {
      this.#clock.advance(1)
      this.#task.process()
    }
    this.#position = end
  }

  commit(): void {
    const offsets = this.#task.prepareCommit()
    this.log.commit()
    this.#committed = offsets[0] ?? this.#committed
    this.#task.postCommit(offsets, 'if-due')
  }

  crash(keptOfChangelog: number, keptOfOutput: number): void {
    this.#task.close()
    this.log.crash(changelog, keptOfChangelog)
    this.log.crash('out', keptOfOutput)
    this.#open()
  }

  pass(ms: number): void {
    this.#clock.advance(ms)
  }

  close(): void {
    this.#task.close()
  }
}

/** Letters of each window: those of records that came before it had closed. */
function modelOf(inputs: readonly number[], sizeMs: number, graceMs: number): Map<string, string> {
  const windows = new Map<string, string>()
  let streamTime = -1
  inputs.forEach((timestamp, index) => {
    streamTime = Math.max(streamTime, timestamp)
    const startMs = Math.floor(timestamp / sizeMs) * sizeMs
    if (startMs + sizeMs + graceMs <= streamTime) return
    windows.set(String(startMs), addLetter(windows.get(String(startMs)) ?? '', String.fromCharCode(97 + index)))
  })
  return windows
}

type Step = 'commit' | { readonly records: number } | { readonly changelog: number; readonly output: number }

const part = fc.constantFrom(0, 30, 60, 100)
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>('commit'),
  fc.record({ records: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ records: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ changelog: part, output: part }),
)
/** Time stands still, goes back a little, or jumps. */
const times = fc
  .array(fc.oneof({ weight: 5, arbitrary: fc.integer({ min: -15, max: 15 }) }, { weight: 1, arbitrary: fc.nat(1_000_000) }), {
    minLength: 1,
    maxLength: 14,
  })
  .map((deltas) => {
    let now = 0
    return deltas.map((delta) => (now = Math.max(0, now + delta)))
  })

t.test('law: no crash loses a window', async () => {
  const shape = fc.record({ sizeMs: fc.integer({ min: 1, max: 20 }), graceMs: fc.integer({ min: 0, max: 10 }) })
  const property = fc.property(
    shape,
    times,
    fc.array(step, { maxLength: 12 }),
    fc.constantFrom(0, 3),
    (windows, inputs, steps, interval) => {
      const { sizeMs, graceMs } = windows
      const run = new Run(sizeMs, graceMs, interval)
      let end = 0
      for (const each of steps) {
        if (each === 'commit') run.commit()
        else if ('records' in each) run.process(inputs, (end = Math.min(inputs.length, end + each.records)))
        else run.crash(each.changelog, each.output)
      }
      const last = Math.max(...inputs) + sizeMs + graceMs
      const all = [...inputs, last]
      run.process(all, inputs.length)
      run.pass(interval)
      run.process(all, all.length)
      run.close()
      const emitted = run.log.of('out').map(({ key, value }) => [String(key), String(value)] as const)
      for (const [startMs, letters] of modelOf(inputs, sizeMs, graceMs)) {
        const values = emitted.flatMap(([key, value]) => (key === startMs ? [value] : []))
        const isThere = values.some((value) => [...letters].every((letter) => value.includes(letter)))
        if (!isThere) throw new Error(`Window ${startMs} had ${letters}, and came as ${values.join(', ') || 'nothing'}.`)
      }
    },
  )
  fc.assert(property, runs(300))
})
