import fc from 'fast-check'
import { Serdes } from '../../lib/serde/serdes.ts'
import type { KeyValueStore } from '../../lib/state/key-value/key-value-store.ts'
import type { RecordBuffer } from '../../lib/state/buffers/record-buffer.ts'
import type { SessionStore, UnemittedSessions } from '../../lib/state/session/session-store.ts'
import { windowed } from '../../lib/model/windowed.ts'
import type { StateStore } from '../../lib/state/state-store.ts'
import type { StoreSpec } from '../../lib/state/store-spec.ts'
import { keyValueStore, sessionStore, versionedKeyValueStore, windowStore } from '../../lib/state/stores.ts'
import type { VersionedKeyValueStore } from '../../lib/state/versioned/versioned-key-value-store.ts'
import { firstWindowOf, windowStartAt } from '../../lib/state/window/slice.ts'
import type { SlicedWindowStore } from '../../lib/state/window/sliced-window-store.ts'
import type { WindowStore } from '../../lib/state/window/window-store.ts'

/** A kind of store, as a law sees it: what may be done to one, and what is seen of it. */
export interface StoreKind<S, Options, Write, Read> {
  readonly options: fc.Arbitrary<Options>
  readonly write: fc.Arbitrary<Write>
  readonly read: fc.Arbitrary<Read>
  spec(name: string, options: Options): unknown
  put(store: S & StateStore, write: Write): void
  show(store: S & StateStore, read: Read): unknown
}

const serdes = { key: Serdes.string, value: Serdes.string } as const
const strings = serdes as { readonly key: StoreSpec['key']; readonly value: StoreSpec['value'] }

const key = fc.oneof(
  fc.constantFrom('', 'a', 'a\0', 'ab', 'b'),
  fc.constantFrom('1', '2', '3').map((end) => 'long'.repeat(600) + end),
)
const value = fc.string({ maxLength: 2 })
const optional = fc.option(value, { freq: 4 })
const expiry = fc.constantFrom('exact' as const, 'segmented' as const)
const time = fc.nat(30).map((step) => step * 10_000)

function kind<S, Options, Write, Read>(kind: StoreKind<S, Options, Write, Read>): StoreKind<S, unknown, unknown, unknown> {
  return kind as StoreKind<S, unknown, unknown, unknown>
}

const keyValue = kind({
  options: fc.record({ caching: fc.constantFrom('enabled' as const, 'disabled' as const) }),
  write: fc.record({ key, value: optional }),
  read: fc.record({ from: fc.option(key), to: fc.option(key) }),
  spec: (name, options) => keyValueStore(name, { ...serdes, ...options }),
  put: (store: KeyValueStore<string, string>, write) => store.put(write.key, write.value),
  show: (store, { from, to }) => [
    store.get(from ?? ''),
    [...store.range(from, to)],
    [...store.reverseRange(from, to)],
    [...store.all()],
    [...store.prefixScan(Buffer.from(from ?? ''))],
  ],
})

interface WindowsRead {
  readonly from: string | null
  readonly to: string | null
  readonly start: number
}

/** What the range reads of a window store answer. */
function shownWindows(store: Omit<WindowStore<string, unknown>, 'put'>, { from, to, start }: WindowsRead): readonly unknown[] {
  return [
    [...store.fetch(from ?? 'a', 0, start)],
    [...store.backwardFetch(from ?? 'a', start, Infinity)],
    [...store.fetchRange(from, to, 0, start)],
    [...store.backwardFetchRange(from, to, start, Infinity)],
    [...store.fetchAll(start, Infinity)],
    [...store.all()],
    [...store.backwardAll()],
  ]
}

const window = kind({
  options: fc.record({
    expiry,
    duplicates: fc.constantFrom('keep' as const, 'replace' as const),
    layout: fc.constantFrom('key-first' as const, 'time-first' as const, 'time-first-indexed' as const),
  }),
  write: fc.record({ key, value: optional, start: time }),
  read: fc.record({ from: fc.option(key), to: fc.option(key), start: fc.nat(300_000) }),
  spec: (name, { layout, ...options }) => ({
    ...windowStore(name, { ...serdes, ...options, retentionMs: 150_000, windowSizeMs: 10 }),
    layout,
  }),
  put: (store: WindowStore<string, string>, write) => store.put(write.key, write.value, write.start),
  show: (store, read) => shownWindows(store, read),
})

const slicedWindows = { sizeMs: 25_000, advanceMs: 10_000 }

const slicedWindow = kind({
  options: fc.record({ expiry, emit: fc.constantFrom('on-window-update' as const, 'on-window-close' as const) }),
  write: fc.record({ key, value, timestamp: fc.nat(300_000), late: fc.nat(2) }),
  read: fc.record({ from: fc.option(key), to: fc.option(key), start: fc.nat(300_000) }),
  spec: (name, options) => ({
    ...windowStore(name, { ...serdes, retentionMs: 150_000, windowSizeMs: slicedWindows.sizeMs, caching: 'enabled' }),
    ...options,
    values: 'timestamped',
    slicing: { advanceMs: slicedWindows.advanceMs, merger: (left: string, right: string) => left + right },
  }),
  put: (store: SlicedWindowStore<string, string>, { key, value, timestamp, late }) =>
    store.update(
      key,
      timestamp,
      Math.min(firstWindowOf(timestamp, slicedWindows) + late * slicedWindows.advanceMs, windowStartAt(timestamp, slicedWindows)),
      (all) => (all ?? '') + value,
    ),
  show: (store, read) => [store.fetchOne(read.from ?? 'a', read.start), ...shownWindows(store, read)],
})

const session = kind({
  options: fc.record({ expiry, emit: fc.constantFrom('on-window-update' as const, 'on-window-close' as const) }),
  write: fc.record({
    key,
    value: optional,
    start: time,
    length: fc.constantFrom(0, 5, 20_000),
    by: fc.constantFrom('put', 'remove'),
  }),
  read: fc.record({ from: fc.option(key), to: fc.option(key), earliestEnd: time, latestStart: time }),
  spec: (name, { expiry, emit }) => ({ ...sessionStore(name, { ...serdes, expiry, retentionMs: 150_000 }), emit }),
  put: (store: SessionStore<string, string>, { key, value, start, length, by }) => {
    const session = windowed(key, start, start + length)
    if (by === 'put') store.put(session, value)
    else store.remove(session)
  },
  show: (store: SessionStore<string, string> & ByEnd, { from, to, earliestEnd, latestStart }) => [
    store.fetchSession(from ?? 'a', latestStart, earliestEnd),
    [...store.fetch(from ?? 'a')],
    [...store.backwardFetch(from ?? 'a')],
    [...store.fetchRange(from, to)],
    [...store.backwardFetchRange(from, to)],
    [...store.findSessions(from ?? 'a', earliestEnd, latestStart)],
    [...store.backwardFindSessions(from ?? 'a', earliestEnd, latestStart)],
    [...store.findSessionsRange(from, to, earliestEnd, latestStart)],
    [...store.backwardFindSessionsRange(from, to, earliestEnd, latestStart)],
    isByEnd(store) ? [...store.findSessionsByEnd(0, earliestEnd)] : [],
  ],
})

type ByEnd = StateStore & UnemittedSessions<string, string>

/** Only where sessions are emitted on close are they kept in order of time, too. */
function isByEnd({ spec }: ByEnd): boolean {
  return spec.kind === 'session' && spec.emit === 'on-window-close'
}

const versioned = kind({
  options: fc.record({ historyRetentionMs: fc.constantFrom(0, 50_000, 150_000), segmentIntervalMs: fc.constantFrom(1, 30_000) }),
  write: fc.record({ key, value: optional, timestamp: time, by: fc.constantFrom('put' as const, 'delete' as const) }),
  read: fc.record({ key, asOf: fc.nat(300_000) }),
  spec: (name, options) => versionedKeyValueStore(name, { ...serdes, ...options }),
  put: (store: VersionedKeyValueStore<string, string>, write) =>
    write.by === 'put' ? store.put(write.key, write.value, write.timestamp) : store.delete(write.key, write.timestamp),
  show: (store, { key, asOf }) => [
    store.get(key),
    store.get(key, asOf),
    [...store.history(key)],
    [...store.history(key, { fromMs: asOf - 50_000, toMs: asOf, order: 'descending' })],
  ],
})

const recordBuffer = kind({
  options: fc.constant({}),
  write: fc.record({ key, value, timestamp: fc.nat(30) }),
  read: fc.record({ untilMs: fc.integer({ min: -5, max: 30 }) }),
  spec: (name) => ({ kind: 'record-buffer', name, ...strings, medium: 'default', caching: 'disabled', changelog: 'disabled' }),
  put: (buffer: RecordBuffer<string, string>, { key, value, timestamp }) =>
    buffer.put(key, value, { topic: 'in', partition: 0, offset: 3, timestamp, headers: [] }),
  show: (buffer, { untilMs }) => {
    const given: unknown[] = [buffer.streamTime]
    buffer.evictUntil(untilMs, (...each) => void given.push(each))
    return given
  },
})

export const storeKinds = {
  'key-value': keyValue,
  window,
  'sliced window': slicedWindow,
  session,
  versioned,
  'record buffer': recordBuffer,
} as const
