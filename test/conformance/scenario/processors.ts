import { noHeaders, streamRecord, type Headers, type Processor, type ProcessorSupplier, type ValueTransformer } from 'millrace'
import { taking, type Args } from './args.ts'
import { fn, type Fn } from './lambdas.ts'
import { Logic, punctuationType, type AnyContext, type AnyRecord, type LogicMaker, type StoreFaces } from './logic.ts'
import { Unsupported } from './scenario.ts'
import { stateful } from './stateful-processors.ts'
import { str } from './values.ts'

export function processorSupplier(
  make: LogicMaker,
  keys: 'free' | 'fixed',
): ProcessorSupplier<unknown, unknown, unknown, unknown> {
  return () => new LogicProcessor(make(), keys)
}

class LogicProcessor implements Processor<unknown, unknown, unknown, unknown> {
  readonly #logic: Logic
  readonly #keys: 'free' | 'fixed'
  #key: unknown = null

  constructor(logic: Logic, keys: 'free' | 'fixed') {
    this.#logic = logic
    this.#keys = keys
  }

  init(context: AnyContext): void {
    this.#logic.context = context
    this.#logic.forward = ({ key, value, timestamp, headers }, child) => {
      const record = streamRecord(this.#keys === 'fixed' ? this.#key : key, value, timestamp, headers)
      if (child === undefined) context.forward(record)
      else context.forward(record, child)
    }
    this.#logic.init()
  }

  process(record: AnyRecord): void {
    this.#key = record.key
    this.#logic.process(record)
  }
}

/** A transformer of a table's values: a function, or a processor whose one output is the result. */
export function transformerSupplier(args: Args, faces: StoreFaces): () => ValueTransformer<unknown, unknown, unknown> {
  if (args.has('fn')) return functionTransformer(args)
  const isCounter = args.has('type') && args.string('type') === 'counter'
  const make = logicMaker(args, faces)
  return () => {
    const logic = make()
    let result: unknown = null
    return {
      init: (context) => {
        logic.context = context as AnyContext
        logic.forward = ({ value }) => (result = value)
        logic.init()
      },
      transform: (value, key) => {
        logic.process(streamRecord(key, value, 0, noHeaders))
        return isCounter ? `${str(value)}#${str(result)}` : result
      },
    }
  }
}

function functionTransformer(args: Args): () => ValueTransformer<unknown, unknown, unknown> {
  return taking(args, () => {
    args.string('type')
    const f = fn(args.json('fn'))
    return () => ({ transform: (value, key) => f(key, value) })
  })
}

/** A processor that turns each record into others. */
function mapping(map: (record: AnyRecord, context: AnyContext) => AnyRecord | AnyRecord[]): LogicMaker {
  return () =>
    new (class extends Logic {
      process(record: AnyRecord): void {
        for (const one of [map(record, this.context)].flat()) this.forward(one)
      }
    })()
}

function withValue(value: (record: AnyRecord, context: AnyContext) => unknown): LogicMaker {
  return mapping((record, context) => streamRecord(record.key, value(record, context), record.timestamp, record.headers))
}

function mapped(toKey: Fn, toValue: Fn): LogicMaker {
  return mapping(({ key, value, timestamp, headers }) => streamRecord(toKey(key, value), toValue(key, value), timestamp, headers))
}

function later(record: AnyRecord, byMs: number): AnyRecord {
  return streamRecord(record.key, record.value, record.timestamp + byMs, record.headers)
}

function addHeader(headers: Headers, name: string, value: string): Headers {
  return [...headers, { key: name, value: Buffer.from(value) }]
}

const plain: Readonly<Record<string, (args: Args) => LogicMaker>> = {
  pass: () => mapping((record) => record),
  fn: (args) => mapped(fn(args.take('key') ?? 'key'), fn(args.take('value') ?? 'value')),
  twice: () => mapping((record) => [record, later(record, 1)]),
  shift: (args) => {
    const by = args.number('by')
    return mapping((record) => later(record, by))
  },
  header: (args) => {
    const [name, text] = [args.string('name'), args.string('value')]
    return mapping(({ key, value, timestamp, headers }) => streamRecord(key, value, timestamp, addHeader(headers, name, text)))
  },
  times: () =>
    withValue(({ timestamp }, context) => `${timestamp}|${context.currentStreamTimeMs()}|${context.currentSystemTimeMs()}`),
  // In a punctuation Java's record has a topic of null.
  metadata: () =>
    withValue((_, { recordMetadata: at }) => (at === null ? 'null|-1|-1' : `${at.topic}|${at.partition}|${at.offset}`)),
  commit: () =>
    mapping((record, context) => {
      context.commit()
      return record
    }),
  route: (args) => {
    const children = args.json('children') as Record<string, string>
    return () => new Route(children)
  },
  ticker: (args) => {
    const settings = {
      intervalMs: args.number('interval'),
      type: punctuationType(args),
      cancelAfter: args.optionalNumber('cancelAfter'),
    }
    return () => new Ticker(settings)
  },
}

class Route extends Logic {
  readonly #children: Readonly<Record<string, string>>

  constructor(children: Readonly<Record<string, string>>) {
    super()
    this.#children = children
  }

  process(record: AnyRecord): void {
    this.forward(record, record.value === null ? undefined : this.#children[str(record.value).slice(0, 1)])
  }
}

interface TickerSettings {
  readonly intervalMs: number
  readonly type: 'stream-time' | 'wall-clock-time'
  readonly cancelAfter: number | undefined
}

class Ticker extends Logic {
  readonly #settings: TickerSettings
  #ticks = 0

  constructor(settings: TickerSettings) {
    super()
    this.#settings = settings
  }

  override init(): void {
    const { intervalMs, type, cancelAfter = Infinity } = this.#settings
    const schedule = this.context.schedule(intervalMs, type, (now) => {
      this.#ticks++
      this.#tick(now)
      if (this.#ticks >= cancelAfter) schedule.cancel()
    })
  }

  process(record: AnyRecord): void {
    this.forward(record)
  }

  #tick(now: number): void {
    const value = `${this.#ticks}|${now}|${this.context.currentStreamTimeMs()}|${this.context.currentSystemTimeMs()}`
    this.forward(streamRecord('tick', value, now, noHeaders))
  }
}

export function logicMaker(args: Args, faces: StoreFaces): LogicMaker {
  const type = args.string('type')
  const make = plain[type] ?? stateful[type]
  if (make === undefined) throw new Unsupported(`unknown processor ${type}`)
  return taking(args, (taken) => make(taken, faces))
}
