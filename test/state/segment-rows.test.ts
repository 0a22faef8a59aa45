import { deepEqual, equal } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { latin1 } from '../../lib/model/bytes.ts'
import { plainFormat } from '../../lib/state/key-value/view-codec.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import type { KeyedRow } from '../../lib/state/key-value/row.ts'
import { FoundWindows } from '../../lib/state/window/found-windows.ts'
import { SessionsOfSegment, WindowedRows } from '../../lib/state/window/windowed-rows.ts'
import { textOf, windowKey } from '../../lib/state/window/window-key.ts'
import { KeyScratch } from '../../lib/state/window/key-scratch.ts'
import { plainRows } from '../../lib/state/window/window-segments.ts'
import { MemoryStorageFactory } from '../../lib/storage/memory/memory-storage.ts'
import type { StorageEnvironment, StorageTable, StorageWrite } from '../../lib/storage/storage.ts'
import { runs } from '../laws/runs.ts'

const keys = ['', 'a', 'a\0', 'ab', 'b', 'k'.repeat(100)]
const times = [0, 5, 2 ** 31, 2 ** 40]
const values = [null, '', 'x', 'longer than eight bytes']

const keyOf = (key: string): ByteKey => new ByteKey().set(Buffer.from(key, 'latin1'), 0, key.length)

type Rows = WindowedRows | SessionsOfSegment | ReturnType<typeof plainRows>

const kinds: Readonly<Record<string, { open: typeof plainRows; keyOf(key: string, time: number): string }>> = {
  windows: { open: (place, context) => new WindowedRows(place, context), keyOf: (key, time) => windowKey(key, time, 7) },
  sessions: {
    open: (place, context) => new SessionsOfSegment(place, context),
    keyOf: (key, time) => textOf(new KeyScratch().ofSession(keyOf(key), time, time + 3)),
  },
  'rows without times': { open: plainRows, keyOf: (key, time) => key + String(time) },
}

const moves = [
  'commit',
  'rollBack',
  'checkpoint',
  'fail',
  'slice',
  'release',
  'scan',
  'reverse',
  'read',
  'end',
  'reopen',
] as const

const window = { key: fc.constantFrom(...keys), time: fc.constantFrom(...times) }
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...window, value: fc.constantFrom(...values) }) },
  {
    weight: 5,
    arbitrary: fc.constantFrom(...moves),
  },
)

/** The rows as plain maps: as they are read, as of the last commit, and as they are stored. */
class Model {
  newest = new Map<string, string>()
  committed = new Map<string, string>()
  stored = new Map<string, string>()

  scan(reverse: boolean): [string, string][] {
    const rows = [...this.newest].sort(([left], [right]) => (left < right ? -1 : 1))
    return reverse ? rows.reverse() : rows
  }
}

const shown = (rows: Iterable<KeyedRow>): [string, string][] => [...rows].map(([key, { bytes }]) => [key, latin1(bytes)])

class Subject {
  readonly model = new Model()
  readonly #kind: (typeof kinds)[string]
  readonly #environment: StorageEnvironment | undefined
  readonly #table: StorageTable | undefined
  #open: { readonly rows: IterableIterator<KeyedRow>; readonly expected: [string, string][] }[] = []
  rows: Rows
  /** The checkpoint that is under way, and what it stores. */
  #slices: Iterator<StorageWrite[]> | undefined
  #taken = new Map<string, string>()

  constructor(kind: (typeof kinds)[string], medium: 'memory' | 'disk') {
    this.#kind = kind
    this.#environment = medium === 'disk' ? new MemoryStorageFactory().open('task') : undefined
    this.#table = this.#environment?.table('s')
    this.rows = this.#opened('empty')
  }

  put(key: string, time: number, value: string | null): void {
    const timed = this.#kind.keyOf(key, time)
    this.rows.put(keyOf(timed), value === null ? null : new RowView().set(Buffer.from(value), 0, value.length, 0))
    if (value === null) this.model.newest.delete(timed)
    else this.model.newest.set(timed, value)
  }

  move(move: string): void {
    const { model } = this
    if (move === 'commit') this.#commit()
    else if (move === 'rollBack') this.#rollBack()
    else if (move === 'checkpoint' || move === 'fail') this.#checkpoint(move)
    else if (move === 'slice') this.#slice()
    else if (move === 'release' && this.#table !== undefined) this.rows.release()
    else if (move === 'scan' || move === 'reverse') {
      const reverse = move === 'reverse'
      this.#open.push({ rows: this.rows.scan({ reverse }), expected: model.scan(reverse) })
    } else if (move === 'read') this.#open.splice(0, 1).forEach((each) => deepEqual(shown(each.rows), each.expected))
    else if (move === 'end') this.#open.splice(0, 1).forEach(({ rows }) => rows.return?.())
    else if (move === 'reopen' && this.#table !== undefined) this.#reopen()
  }

  check(): void {
    const { model } = this
    deepEqual(shown(this.rows.scan({})), model.scan(false))
    for (const key of keys) for (const time of times) this.#checkKey(this.#kind.keyOf(key, time))
    for (const key of keys) this.#checkChain(key)
    if (this.#table !== undefined) {
      deepEqual(this.#stored(), model.stored)
    }
  }

  /** Ends all that is open: then nothing is kept of former rows. */
  end(): void {
    for (const { rows } of this.#open) rows.return?.()
  }

  #checkKey(timed: string): void {
    const found = this.rows.get(keyOf(timed))
    equal(found === null ? undefined : latin1(found.slice()), this.model.newest.get(timed))
  }

  #checkChain(key: string): void {
    const [fromMs, toMs] = [5, 2 ** 31 + 3]
    const expected = this.model.scan(false).filter(([timed]) => timed.startsWith(key) && this.#isOf(timed, key))
    if (this.rows instanceof WindowedRows) {
      const found = new FoundWindows().begin(keyOf(key))
      this.rows.addWindows(keyOf(key), fromMs, toMs, found)
      const windows = Array.from({ length: found.count }, (_, index) => [
        found.windowKey(index),
        latin1(found.row(index).slice()),
      ])
      deepEqual(windows.toReversed(), expected)
    } else if (this.rows instanceof SessionsOfSegment) deepEqual(shown(this.rows.sessionsOf(keyOf(key), fromMs, toMs)), expected)
  }

  #isOf(timed: string, key: string): boolean {
    return [5, 2 ** 31].some((time) => this.#kind.keyOf(key, time) === timed)
  }

  #commit(): void {
    this.rows.commit()
    this.model.committed = new Map(this.model.newest)
  }

  /** A checkpoint that is under way ends before. */
  #rollBack(): void {
    while (this.#slices !== undefined) this.#slice()
    this.rows.rollBack()
    this.model.newest = new Map(this.model.committed)
  }

  #stored(): Map<string, string> {
    return new Map([...this.#table!.iterate({})].map(({ key, value }) => [latin1(key), latin1(value)]))
  }

  #slice(): void {
    if (this.#slices === undefined) this.#taken = new Map(this.model.committed)
    this.#slices ??= this.rows.slices(2)[Symbol.iterator]()
    const slice = this.#slices.next()
    if (slice.done !== true) {
      this.#environment?.transact(slice.value)
      this.model.stored = this.#stored()
      return
    }
    this.#slices = undefined
    this.rows.checkpointed()
    if (this.#table !== undefined) this.model.stored = this.#taken
  }

  /** One that is under way is given up, as if storage were full. */
  #checkpoint(move: 'checkpoint' | 'fail'): void {
    this.#slices = undefined
    const writes: StorageWrite[] = []
    this.rows.checkpoint(writes)
    deepEqual(
      writes.map(({ key }) => latin1(key)),
      [...new Set(writes.map(({ key }) => latin1(key)))].sort(),
    )
    if (move === 'fail') return
    this.#environment?.transact(writes)
    this.rows.checkpointed()
    if (this.#table === undefined) return
    this.model.stored = new Map(this.model.committed)
  }

  /** What was not stored is lost, as in a crash. */
  #reopen(): void {
    this.end()
    this.#open = []
    this.#slices = undefined
    this.rows = this.#opened('rows')
    this.model.newest = new Map(this.model.stored)
    this.model.committed = new Map(this.model.stored)
  }

  #opened(content: 'empty' | 'rows'): Rows {
    return this.#kind.open(this.#table && { table: this.#table, format: plainFormat, content }, { isTransactional: true })
  }
}

for (const [name, kind] of Object.entries(kinds))
  for (const medium of ['memory', 'disk'] as const)
    t.test(`${name}, ${medium}: reads are those of plain maps, and storage has what was committed`, async () => {
      const law = fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const subject = new Subject(kind, medium)
        for (const each of steps) {
          if (typeof each === 'string') subject.move(each)
          else subject.put(each.key, each.time, each.value)
        }
        subject.check()
        subject.end()
        subject.check()
      })
      fc.assert(law, runs(150))
    })

t.test('a row that was taken back under an open scan, and is written again, can be taken back again', async (t) => {
  const rows = new WindowedRows(undefined, { isTransactional: true })
  const value = new RowView().set(Buffer.alloc(50), 0, 50, 0)
  rows.putWindow(keyOf('k'), 0, 0, value)
  rows.commit()
  rows.putWindow(keyOf('k'), 7, 0, value)
  const scan = rows.scan({})
  for (let times = 0; times < 2; times++) {
    rows.rollBack()
    t.equal(rows.getWindow(keyOf('k'), 7), null)
    rows.putWindow(keyOf('k'), 7, 0, value)
  }
  t.equal([...scan].length, 2)
})

t.test('what a slice has stored is not dirty, before the others are', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const rows = new WindowedRows({ table: environment.table('s'), format: plainFormat, content: 'empty' })
  for (let start = 0; start < 100; start++) rows.putWindow(keyOf('k'), start, 0, new RowView().set(Buffer.alloc(50), 0, 50, 0))
  rows.commit()
  const left = Array.from(rows.slices(40), (writes) => [writes.length, rows.dirtyRows])
  t.same(left, [
    [40, 100],
    [40, 60],
    [20, 20],
  ])
})

t.test('after a checkpoint nothing is dirty, and released rows are read from storage', async (t) => {
  const environment = new MemoryStorageFactory().open('task')
  const rows = new WindowedRows({ table: environment.table('s'), format: plainFormat, content: 'empty' })
  for (let start = 0; start < 100; start++) rows.putWindow(keyOf('k'), start, 0, new RowView().set(Buffer.alloc(50), 0, 50, 0))
  t.ok(rows.dirtyBytes >= 100 * 50)
  const writes: StorageWrite[] = []
  rows.commit()
  rows.checkpoint(writes)
  environment.transact(writes)
  rows.checkpointed()
  t.equal(rows.dirtyBytes, 0)
  t.ok(rows.heldBytes >= 100 * 50, 'they are kept')
  rows.release()
  t.ok(rows.heldBytes < 200, `${rows.heldBytes} bytes are left`)
  t.equal(rows.getWindow(keyOf('k'), 7)?.length, 50)
})
