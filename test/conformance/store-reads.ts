import type { VersionedRecord, WindowedEntry } from 'millrace'
import type { TopologyTestDriver } from 'millrace/testing'
import { Unsupported, type Json } from './scenario/scenario.ts'
import { isStamped } from './scenario/stateful-processors.ts'
import { constant, isWindowed, toJson } from './scenario/values.ts'

// Stores as the oracle shows them: one read ("!store"), and the contents of all at the end.

type Calls = Readonly<Record<string, (...args: readonly unknown[]) => unknown>>

const keyValueCalls = new Set(['get', 'range', 'reverseRange', 'all', 'reverseAll', 'prefixScan', 'approximateNumEntries'])

/** One read of a store: `["!store", name, method, arguments…]`. */
export function readStore(driver: TopologyTestDriver, input: readonly Json[]): Json[] {
  const [, name, method, ...rest] = input
  const store = driver.stateStore<Calls>(String(name))
  const args = rest.map((arg) => constant(arg))
  if (isVersionedStore(store)) return [versionedCall(store, String(method), args)]
  if (isSessionStore(store)) return [answer(sessionCall(store, String(method), args), sessionRow)]
  if (isWindowStore(store)) return [answer(windowCall(store, String(method), args))]
  const result = keyValueCall(store, String(method), args)
  return [method === 'approximateNumEntries' ? (result as number) : answer(result)]
}

function isSessionStore(store: Calls): boolean {
  return 'fetchSession' in store
}

function isWindowStore(store: Calls): boolean {
  return 'fetchOne' in store
}

function isVersionedStore(store: Calls): boolean {
  return 'history' in store
}

/** What is shown has room for the version's end, which Java never fills in. */
function versionedCall(store: Calls, method: string, args: readonly Json[]): Json {
  if (method !== 'get') throw new Unsupported(`versioned store call ${method}`)
  const found = store['get']!(...args)
  return found === null ? null : [...valueParts(found), null]
}

function keyValueCall(store: Calls, method: string, args: readonly Json[]): unknown {
  if (!keyValueCalls.has(method)) throw new Unsupported(`key-value store call ${method}`)
  const prepared = method === 'prefixScan' ? [Buffer.from(String(args[0]))] : args
  return store[method]!(...prepared)
}

function windowCall(store: Calls, method: string, args: readonly Json[]): unknown {
  const call = (name: string): unknown => store[name]!(...args)
  if (method === 'fetch') return call(args.length === 2 ? 'fetchOne' : args.length === 3 ? 'fetch' : 'fetchRange')
  if (method === 'backwardFetch') return call(args.length === 3 ? 'backwardFetch' : 'backwardFetchRange')
  if (['all', 'backwardAll', 'fetchAll', 'backwardFetchAll'].includes(method)) return call(method)
  throw new Unsupported(`window store call ${method}`)
}

/** Java's overloads by key and by key range have two names. */
function sessionCall(store: Calls, method: string, args: readonly Json[]): unknown {
  if (method === 'fetchSession') return store[method]!(...args)
  const ofKey = { fetch: 1, backwardFetch: 1, findSessions: 3, backwardFindSessions: 3 }[method]
  if (ofKey === undefined) throw new Unsupported(`session store call ${method}`)
  return store[args.length === ofKey ? method : `${method}Range`]!(...args)
}

function answer(result: unknown, toRow: (entry: unknown) => Json[] = row): Json {
  if (result === null) return null
  if (isIterable(result)) return [...result].map(toRow)
  return valueParts(result)
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    Symbol.iterator in value &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array)
  )
}

/** An entry of an iterator: of a key-value store, of windows of one key, or of windowed keys. */
function row(entry: unknown): Json[] {
  const { key, startMs, value } = entry as { readonly key?: unknown; readonly startMs?: number; readonly value: unknown }
  if (startMs !== undefined) return [startMs, ...valueParts(value)]
  return isWindowed(key) ? [toJson(key.key), key.startMs, ...valueParts(value)] : [toJson(key), ...valueParts(value)]
}

function sessionRow(entry: unknown): Json[] {
  const { key, value } = entry as WindowedEntry<unknown, unknown>
  return [toJson(key.key), key.startMs, key.endMs, toJson(value)]
}

function valueParts(value: unknown): Json[] {
  return isStamped(value) ? [toJson(value.value), value.timestamp] : [toJson(value)]
}

/**
 * Contents of all stores: key-value in the order of the store, windows by key and start. A versioned one does not tell its keys:
 * `keysOf` knows those in its changelog.
 */
export function dumpStores(driver: TopologyTestDriver, keysOf: (storeName: string) => readonly unknown[]): Record<string, Json> {
  return Object.fromEntries(
    driver.storeNames().map((name) => {
      const store = driver.stateStore<Calls>(name)
      return [name, isVersionedStore(store) ? versions(store, keysOf(name)) : dump(store)]
    }),
  )
}

function versions(store: Calls, keys: readonly unknown[]): Json {
  const rowsOf = (key: unknown): Json[][] =>
    [...(store['history']!(key) as Iterable<VersionedRecord<unknown>>)].map(({ value, timestamp, validTo }) => [
      toJson(key),
      timestamp,
      validTo === Infinity ? null : validTo,
      toJson(value),
    ])
  return keys.flatMap(rowsOf)
}

/** A buffer of held back records has no reads. */
function dump(store: Calls): Json {
  if (isSessionStore(store)) return dumpSessions(store)
  if (!('all' in store)) return 'opaque'
  try {
    const rows = [...(store['all']!() as Iterable<unknown>)].map(row)
    if (isWindowStore(store) && rows.length > 0 && isOfSizeZero(store)) return 'opaque'
    return isWindowStore(store) ? rows.toSorted(byKeyAndStart) : rows
  } catch (error) {
    if (error instanceof Unsupported) return 'opaque'
    throw error
  }
}

/** Java has no window without time: what a join keeps by exact timestamps cannot be listed. */
function isOfSizeZero(store: Calls): boolean {
  return (store as unknown as { readonly spec: { readonly windowSizeMs?: number } }).spec.windowSizeMs === 0
}

function dumpSessions(store: Calls): Json {
  const rows = [...(store['fetchRange']!(null, null) as Iterable<unknown>)].map(sessionRow)
  return rows.toSorted((left, right) => byKeyAndStart(left, right) || Number(left[2]) - Number(right[2]))
}

function byKeyAndStart([leftKey, leftStart]: Json[], [rightKey, rightStart]: Json[]): number {
  const [left, right] = [JSON.stringify(leftKey), JSON.stringify(rightKey)]
  return left < right ? -1 : left > right ? 1 : Number(leftStart) - Number(rightStart)
}
