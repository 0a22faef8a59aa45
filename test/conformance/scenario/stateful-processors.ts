import {
  noHeaders,
  streamRecord,
  type KeyValueStore,
  type ValidTo,
  type ValueAndTimestamp,
  type VersionedKeyValueStore,
  type WindowStore,
} from 'millrace'
import type { Args } from './args.ts'
import { Logic, punctuationType, type AnyRecord, type LogicMaker, type StoreFaces } from './logic.ts'
import { str } from './values.ts'

type AnyStore = KeyValueStore<unknown, unknown>
type Versions = VersionedKeyValueStore<unknown, unknown>

function isVersioned(store: object): store is Versions {
  return 'history' in store
}

/** A key-value store of a scenario under one face. */
class FacedStore {
  readonly #store: AnyStore
  readonly #values: 'plain' | 'timestamped'

  constructor(store: AnyStore, values: 'plain' | 'timestamped') {
    this.#store = store
    this.#values = values
  }

  get(key: unknown): unknown {
    return unstamped(this.#store.get(key))
  }

  put(key: unknown, value: unknown, timestamp: number): void {
    if (isVersioned(this.#store)) this.#store.put(key, value, timestamp)
    else this.#store.put(key, value === null || this.#values === 'plain' ? value : { value, timestamp })
  }

  get versions(): Versions {
    return this.#store as unknown as Versions
  }

  entries(): [unknown, unknown][] {
    return [...this.#store.all()].map(({ key, value }) => [key, unstamped(value)])
  }
}

function unstamped(value: unknown): unknown {
  return isStamped(value) ? value.value : value
}

export function isStamped(value: unknown): value is ValueAndTimestamp<unknown> {
  return typeof value === 'object' && value !== null && 'timestamp' in value && 'value' in value
}

abstract class Stateful extends Logic {
  readonly #storeName: string
  readonly #faces: StoreFaces
  store!: FacedStore

  constructor(storeName: string, faces: StoreFaces) {
    super()
    this.#storeName = storeName
    this.#faces = faces
  }

  override init(): void {
    this.store = new FacedStore(this.context.stateStore(this.#storeName), this.#faces.values(this.#storeName))
  }

  send(record: AnyRecord, value: unknown): void {
    this.forward(streamRecord(record.key, value, record.timestamp, record.headers))
  }
}

type Step = (logic: Stateful, record: AnyRecord) => void

type Maker = (args: Args, faces: StoreFaces) => LogicMaker

function withStore(step: Step): Maker {
  return (args, faces) => {
    const storeName = args.string('store')
    return () =>
      new (class extends Stateful {
        process(record: AnyRecord): void {
          step(this, record)
        }
      })(storeName, faces)
  }
}

const count: Step = (logic, record) => {
  if (record.key === null) return
  const next = Number(logic.store.get(record.key) ?? 0) + 1
  logic.store.put(record.key, next, record.timestamp)
  logic.send(record, next)
}

const dedup: Step = (logic, record) => {
  if (record.key !== null) {
    if (logic.store.get(record.key) === record.value) return
    logic.store.put(record.key, record.value, record.timestamp)
  }
  logic.forward(record)
}

const lookup: Step = (logic, record) => {
  const found = record.key === null ? null : logic.store.get(record.key)
  logic.send(record, `${str(record.value)}-${str(found)}`)
}

const append: Step = (logic, record) => {
  if (record.key === null) return
  const joined = appended(logic.store.get(record.key), record.value)
  logic.store.put(record.key, joined, record.timestamp)
  logic.send(record, joined)
}

function appended(old: unknown, value: unknown): string {
  return (old === null ? '' : str(old)) + str(value)
}

const keep: Step = (logic, record) => {
  if (record.key !== null) logic.store.put(record.key, record.value, record.timestamp)
  logic.forward(record)
}

const contents: Step = (logic, record) => {
  if (record.key !== null) logic.store.put(record.key, record.value, record.timestamp)
  const text = logic.store.entries().map(([key, value]) => `${str(key)}=${str(value)},`)
  logic.send(record, text.join(''))
}

class BufferLogic extends Stateful {
  readonly #intervalMs: number
  readonly #type: 'stream-time' | 'wall-clock-time'

  constructor(storeName: string, faces: StoreFaces, intervalMs: number, type: 'stream-time' | 'wall-clock-time') {
    super(storeName, faces)
    this.#intervalMs = intervalMs
    this.#type = type
  }

  override init(): void {
    super.init()
    this.context.schedule(this.#intervalMs, this.#type, (now) => {
      for (const [key, value] of this.store.entries()) {
        this.forward(streamRecord(key, value, now, noHeaders))
        this.store.put(key, null, now)
      }
    })
  }

  process({ key, value, timestamp }: AnyRecord): void {
    if (key === null) return
    this.store.put(key, value === null ? null : appended(this.store.get(key), value), timestamp)
  }
}

class WindowCount extends Logic {
  readonly #storeName: string
  readonly #faces: StoreFaces
  readonly #sizeMs: number
  #store!: WindowStore<unknown, unknown>

  constructor(storeName: string, faces: StoreFaces, sizeMs: number) {
    super()
    this.#storeName = storeName
    this.#faces = faces
    this.#sizeMs = sizeMs
  }

  override init(): void {
    this.#store = this.context.stateStore(this.#storeName)
  }

  process(record: AnyRecord): void {
    const { key, timestamp } = record
    if (key === null) return
    const start = Math.floor(timestamp / this.#sizeMs) * this.#sizeMs
    const next = Number(unstamped(this.#store.fetchOne(key, start)) ?? 0) + 1
    const plain = this.#faces.values(this.#storeName) === 'plain'
    this.#store.put(key, plain ? next : { value: next, timestamp }, start)
    this.forward(streamRecord(key, next, timestamp, record.headers))
  }
}

const history: Step = (logic, record) => {
  const { key, value, timestamp } = record
  if (key !== null) logic.send(record, javaValidTo(logic.store.versions.put(key, value, timestamp)))
}

function asOf(backMs: number): Step {
  return (logic, record) => {
    const { key, timestamp } = record
    logic.send(record, versionText(key === null ? null : logic.store.versions.get(key, timestamp - backMs)))
  }
}

/** Java's return codes are numbers: −1 for the latest version, the smallest long for one that was not put. */
function javaValidTo(validTo: ValidTo): string {
  return validTo === 'not-put' ? '-9223372036854775808' : validTo === Infinity ? '-1' : String(validTo)
}

/** Java has an end in what it returns, but never fills it in. */
function versionText(found: ValueAndTimestamp<unknown> | null): string {
  return found === null ? 'null' : `${str(found.value)}@${found.timestamp}/-`
}

export const stateful: Readonly<Record<string, Maker>> = {
  counter: withStore(count),
  dedup: withStore(dedup),
  lookup: withStore(lookup),
  append: withStore(append),
  store: withStore(keep),
  contents: withStore(contents),
  buffer: (args, faces) => {
    const [store, interval, type] = [args.string('store'), args.number('interval'), punctuationType(args)]
    return () => new BufferLogic(store, faces, interval, type)
  },
  history: withStore(history),
  asOf: (args, faces) => withStore(asOf(args.number('back')))(args, faces),
  windowCount: (args, faces) => {
    const [store, size] = [args.string('store'), args.number('size')]
    return () => new WindowCount(store, faces, size)
  },
}
