import t from 'tap'
import { change } from '../../lib/model/change.ts'
import type { RecordContext } from '../../lib/model/record-context.ts'
import type { ChangeBuffer } from '../../lib/state/buffers/change-buffer.ts'
import type { ChangelogRecord, StateStore } from '../../lib/state/state-store.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import { changeBufferSpec as spec, open, storeTask, type StoreTask } from './store-fixture.ts'

type Changes = ChangeBuffer<string, string> & StateStore

function fixture(compatibility: 'safe' | 'java' = 'safe', changelog: 'on' | 'off' = 'on') {
  const storage = new MemoryStorageFactory().open('app/0_0')
  const task = storeTask({ storage, medium: 'memory', compatibility, changelog })
  return { task, buffer: open<Changes>(spec, task) }
}

function context(offset: number, timestamp: number): RecordContext {
  return { topic: 'i', partition: 0, offset, timestamp, headers: [] }
}

/** What the buffer gives up that is not younger than `timeMs`. */
function evicted(buffer: Changes, timeMs = Infinity): string[] {
  const rows: string[] = []
  buffer.evictWhile(
    () => buffer.minTimeMs <= timeMs,
    (key, { newValue, oldValue }, { timestamp }) => rows.push(`${key}=${oldValue}>${newValue}@${timestamp}`),
  )
  return rows
}

function hexLog({ log }: StoreTask): (string | null)[][] {
  return log.map(({ key, value, headers }) => [
    Buffer.from(key).toString('hex'),
    value && Buffer.from(value).toString('hex'),
    ...headers.map((header) => `${header.key}=${Buffer.from(header.value!).toString('hex')}`),
  ])
}

function restored(records: readonly Partial<ChangelogRecord>[], compatibility: 'safe' | 'java' = 'safe'): Changes {
  const { buffer } = fixture(compatibility)
  buffer.restore(records.map((record) => ({ key: Buffer.from('k'), value: null, timestamp: 7, headers: [], ...record })))
  return buffer
}

/** Parts of a value: int32, int64 as `8:n`, and text with its length before it. */
function bytes(...parts: readonly (number | string)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === 'string' && part.startsWith('8:')) {
        const long = Buffer.alloc(8)
        long.writeBigInt64BE(BigInt(part.slice(2)))
        return long
      }
      const int = Buffer.alloc(4)
      int.writeInt32BE(typeof part === 'number' ? part : part.length)
      return typeof part === 'number' ? int : Buffer.concat([int, Buffer.from(part)])
    }),
  )
}

const version = (number: number) => ({ headers: [{ key: 'v', value: Uint8Array.of(number) }] })

t.test('a key keeps the place of its first update, and gives its newest value', async (t) => {
  const { buffer } = fixture()
  buffer.put(10, 'b', change('1', null), context(0, 1))
  buffer.put(10, 'a', change('2', null), context(1, 2))
  buffer.put(20, 'b', change('3', '1'), context(2, 9))
  t.equal(buffer.count, 2)
  t.equal(buffer.minTimeMs, 10)
  t.strictSame(evicted(buffer, 9), [])
  t.strictSame(evicted(buffer, 10), ['a=null>2@2', 'b=null>3@9'], 'by time, then by key')
  t.strictSame([buffer.count, buffer.bytes, buffer.minTimeMs], [0, 0, Infinity])
})

t.test('the old value is what was seen downstream; in Java that of the last update', async (t) => {
  for (const [compatibility, old] of [
    ['safe', '0'],
    ['java', '1'],
  ] as const) {
    const { buffer } = fixture(compatibility)
    buffer.put(1, 'k', change('1', '0'), context(0, 1))
    buffer.put(2, 'k', change('2', '1'), context(1, 2))
    t.equal(buffer.priorValue('k'), '0')
    t.strictSame(evicted(buffer), [`k=${old}>2@2`], compatibility)
    t.equal(buffer.priorValue('k'), undefined, 'no longer held back')
  }
})

t.test('changed keys are logged when flushed, in the bytes of Kafka Streams', async (t) => {
  const { buffer, task } = fixture()
  buffer.put(10, 'k', change('a', ''), context(0, 1))
  t.strictSame(hexLog(task), [])
  buffer.flush()
  const key = '6b'
  const first = '0000000000000001' + '0000000000000000' + '0000000169' + '00000000' + '00000000'
  t.strictSame(hexLog(task), [[key, `${first}00000000fffffffe0000000161000000000000000a`, 'v=03']])
  buffer.put(10, 'k', change('ad', 'a'), context(3, 9))
  evicted(buffer)
  buffer.flush()
  buffer.flush()
  t.strictSame(hexLog(task).slice(1), [[key, null]], 'one record a key and flush')
  t.equal(task.log[0]!.timestamp, -1, 'no timestamp of its own')
})

t.test('without a changelog nothing is logged', async (t) => {
  const { buffer, task } = fixture('safe', 'off')
  buffer.put(10, 'k', change('a', null), context(0, 1))
  buffer.flush()
  t.strictSame(task.log, [])
})

t.test('its size is as Java estimates it', async (t) => {
  const { buffer } = fixture()
  const headers = [
    { key: 'h', value: Buffer.from('xyz') },
    { key: 'n', value: null },
  ]
  buffer.put(10, 'key', change('abc', '12'), { ...context(0, 1), headers })
  t.equal(buffer.bytes, 8 + 3 + 20 + 1 + 4 + 1 + 2 + 3, 'an old value that is the prior one counts once')
  buffer.put(10, 'key', change('abcd', 'abc'), context(1, 1))
  t.equal(buffer.bytes, 8 + 3 + 20 + 1 + 2 + 3 + 4)
})

t.test('what is written is read', async (t) => {
  const { buffer, task } = fixture()
  const headers = [{ key: 'é', value: Buffer.from('1') }]
  buffer.put(10, 'a', change('1', '0'), { ...context(5, 4), headers })
  buffer.put(11, 'a', change(null, '1'), { ...context(6, 8), headers })
  buffer.put(Infinity, 'b', change('2', null), { topic: null, partition: -1, offset: -1, timestamp: 3, headers: [] })
  buffer.flush()
  const again = restored(task.log)
  t.strictSame([again.count, again.bytes, again.minTimeMs], [2, buffer.bytes, 10])
  const contexts: RecordContext[] = []
  const times: number[] = []
  again.evictWhile(
    () => times.push(again.minTimeMs) > 0,
    (_key, _value, each) => contexts.push(each),
  )
  t.strictSame(
    contexts.map(({ topic, offset, timestamp }) => [topic, offset, timestamp]),
    [
      ['i', 6, 8],
      [null, -1, 3],
    ],
  )
  t.strictSame(
    contexts[0]!.headers.map(({ key, value }) => `${key}=${String(value)}`),
    ['é=49'],
  )
  t.ok(times.includes(Infinity), 'a window without end')
})

t.test('changelogs of older releases are read', async (t) => {
  const i = ['8:5', '8:2', 'i', 0, 0] as const
  const change = bytes('old', 'new').toString('latin1')
  t.strictSame(evicted(restored([{ value: bytes('8:9', 'old', 'new') }])), ['k=old>new@7'], 'version 0')
  t.strictSame(evicted(restored([{ value: bytes('8:9', ...i, change), ...version(1) }])), ['k=old>new@5'], 'version 1')
  const second = [{ value: bytes('8:9', 'a', 'b') }, { value: bytes('8:9', 'b', 'c') }]
  t.strictSame(evicted(restored(second)), ['k=a>c@7'], 'the first old value is the prior one')
  const version2 = bytes(...i, change, 'prior', '8:9')
  t.strictSame(evicted(restored([{ value: version2, ...version(2) }])), ['k=prior>new@5'], 'version 2')
  const version3 = bytes(...i, 'prior', -2, 'new', '8:9')
  for (const number of [2, 3])
    t.strictSame(evicted(restored([{ value: version3, ...version(number) }])), ['k=prior>new@5'], `version 3, called ${number}`)
  t.throws(() => restored([{ value: version3, ...version(4) }]), { code: 'STREAMS_UNSUPPORTED_VERSION' })
  t.throws(() => restored([{ value: version3.subarray(0, 30), ...version(3) }]), { code: 'STREAMS_DESERIALIZATION' })
})

t.test('a key that came again before a commit is restored to its new place; in Java to the former one', async (t) => {
  const value = (time: number) => ({ value: bytes('8:5', '8:2', 'i', 0, 0, -1, -1, 'v', `8:${time}`), ...version(3) })
  t.equal(restored([value(1), value(5)]).minTimeMs, 5)
  t.equal(restored([value(1), value(5)], 'java').minTimeMs, 1)
  t.equal(restored([value(1), { value: null }]).count, 0)
})

t.test('serdes are told of all values that they will read', async (t) => {
  const { buffer, task } = fixture()
  buffer.put(1, 'k', change('1', '0'), context(0, 1))
  buffer.put(1, 'k', change('2', '1'), context(0, 1))
  evicted(buffer)
  buffer.put(1, 'j', change('2', null), context(0, 1))
  buffer.flush()
  t.strictSame(
    task.log.map((record) => buffer.valuesIn(record).map(String)),
    [['50'], []],
  )
})

t.test('a buffer whose task is closed is not used', async (t) => {
  const { buffer } = fixture()
  buffer.close()
  t.throws(() => buffer.put(1, 'k', change('1', '0'), context(0, 1)), { code: 'STREAMS_STORE_CLOSED' })
})

t.test(
  'a rollback brings back what was buffered at the last commit, with its times, and logs nothing of what came after',
  async (t) => {
    const task = storeTask({ storage: new MemoryStorageFactory().open('app/0_0'), medium: 'memory' })
    const buffer = open<Changes>(spec, { ...task, context: { ...task.context, isTransactional: true } })
    buffer.put(10, 'a', change('1', null), context(0, 1))
    buffer.put(20, 'b', change('2', null), context(1, 2))
    buffer.flush()
    buffer.commit()
    const { length } = task.log
    buffer.put(30, 'b', change('3', '2'), context(2, 3))
    buffer.put(5, 'c', change('4', null), context(3, 4))
    t.strictSame(evicted(buffer, 10), ['c=null>4@4', 'a=null>1@1'])
    buffer.rollBack!()
    buffer.flush()
    t.equal(task.log.length, length)
    t.strictSame([buffer.count, buffer.minTimeMs], [2, 10])
    t.strictSame(evicted(buffer, 20), ['a=null>1@1', 'b=null>2@2'])
  },
)
