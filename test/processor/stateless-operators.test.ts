import t from 'tap'
import { streamRecord, type StreamRecord } from '../../lib/model/stream-record.ts'
import { nullable, Serdes, topic, Topology } from '../../lib/index.ts'
import { KStreamBranch } from '../../lib/processor/stateless/kstream-branch.ts'
import { KStreamFilter } from '../../lib/processor/stateless/kstream-filter.ts'
import { KStreamFlatMap } from '../../lib/processor/stateless/kstream-flat-map.ts'
import { KStreamFlatMapValues } from '../../lib/processor/stateless/kstream-flat-map-values.ts'
import { KStreamMap } from '../../lib/processor/stateless/kstream-map.ts'
import { KStreamMapValues } from '../../lib/processor/stateless/kstream-map-values.ts'
import { KStreamPeek } from '../../lib/processor/stateless/kstream-peek.ts'
import { KStreamSelectKey } from '../../lib/processor/stateless/kstream-select-key.ts'
import type { Processor } from '../../lib/processor/processor.ts'
import { TopologyTestDriver } from '../../lib/testing.ts'

type Operator = Processor<unknown, unknown, unknown, unknown>
type Sent = StreamRecord<unknown, unknown> & { readonly child?: string }

const text = nullable(Serdes.string)
const input = topic('in', { key: text, value: text })
const record = streamRecord<unknown, unknown>('k', 'v', 7, [{ key: 'h', value: null }])
/** To whom operators here send records; others than branches send to all of them. */
const children = ['x', 'any', 'never', 'default'] as const

/** What the operator, as the node `node` of a topology, sends for a record: to whom where it is not to all children. */
function forwarded(operator: Operator, sent = record): Sent[] {
  const received = new Map<string, StreamRecord<unknown, unknown>[]>(children.map((child) => [child, []]))
  const topology = new Topology()
    .addSource('source', input)
    .addProcessor('node', () => ({ init: (context) => operator.init?.(context), process: operator.process.bind(operator) }), [
      'source',
    ])
  for (const child of children)
    topology.addProcessor(child, () => ({ process: (each) => void received.get(child)!.push(each) }), ['node'])
  using driver = new TopologyTestDriver(topology)
  driver.createInputTopic(input).pipeInput(sent as StreamRecord<string | null, string | null>)
  const toAll = received.get('never')!
  if (toAll.length > 0) return toAll
  return children.flatMap((child) => received.get(child)!.map((each) => ({ ...each, child })))
}

const withLambda: Readonly<Record<string, (lambda: () => never) => Operator>> = {
  filter: (predicate) => new KStreamFilter({ predicate, keep: 'matching' }) as Operator,
  filterNot: (predicate) => new KStreamFilter({ predicate, keep: 'others' }) as Operator,
  map: (mapper) => new KStreamMap({ mapper }) as Operator,
  'key of map': (lambda) => new KStreamMap({ mapper: () => ({ key: lambda(), value: 1 }) }) as Operator,
  'value of map': (lambda) => new KStreamMap({ mapper: () => ({ key: 1, value: lambda() }) }) as Operator,
  mapValues: (mapper) => new KStreamMapValues({ mapper }) as Operator,
  selectKey: (mapper) => new KStreamSelectKey({ mapper }) as Operator,
  flatMap: (mapper) => new KStreamFlatMap({ mapper }) as Operator,
  'pair of flatMap': (lambda) => new KStreamFlatMap({ mapper: () => [lambda()] }) as Operator,
  flatMapValues: (mapper) => new KStreamFlatMapValues({ mapper }) as Operator,
  'value of flatMapValues': (lambda) => new KStreamFlatMapValues({ mapper: () => [lambda()] }) as Operator,
  branch: (predicate) => new KStreamBranch({ branches: [{ predicate, child: 'a' }], defaultChild: undefined }) as Operator,
}

for (const [name, make] of Object.entries(withLambda))
  t.test(`${name}: a lambda that returns nothing, or a promise, is an error that names the node`, async (t) => {
    t.throws(() => forwarded(make(() => undefined as never)), { code: 'STREAMS_UNDEFINED_RESULT', message: /node/ })
    t.throws(() => forwarded(make(() => Promise.resolve(true) as never)), {
      code: 'STREAMS_ASYNC_LAMBDA',
      message: /node/,
    })
  })

for (const name of ['map', 'flatMap', 'flatMapValues', 'pair of flatMap'])
  t.test(`${name}: null is no pair and no list`, async (t) => {
    t.throws(() => forwarded(withLambda[name]!(() => null as never)), { code: 'STREAMS_LAMBDA_RETURNED_NULL', message: /node/ })
  })

t.test('lambdas see value and key; timestamp and headers stay', async (t) => {
  const mapper = (value: unknown, key: unknown): string => `${String(value)} of ${String(key)}`
  t.strictSame(forwarded(new KStreamMapValues({ mapper })), [{ ...record, value: 'v of k' }])
  t.strictSame(forwarded(new KStreamSelectKey({ mapper })), [{ ...record, key: 'v of k' }])
  const pair = (value: unknown, key: unknown) => ({ key: value, value: key })
  t.strictSame(forwarded(new KStreamMap({ mapper: pair })), [{ ...record, key: 'v', value: 'k' }])
})

t.test('flatMap and flatMapValues keep the order of any iterable', async (t) => {
  t.strictSame(
    forwarded(new KStreamFlatMapValues({ mapper: () => new Set([3, 1, 2]) })),
    [3, 1, 2].map((value) => ({ ...record, value })),
  )
  const pairs = [
    { key: 2, value: 'b' },
    { key: 1, value: null },
  ]
  t.strictSame(
    forwarded(new KStreamFlatMap({ mapper: () => pairs.values() })),
    pairs.map((pair) => ({ ...record, ...pair })),
  )
})

t.test('null values are mapped and asked about like any', async (t) => {
  const empty = streamRecord<unknown, unknown>(null, null, 1)
  t.strictSame(forwarded(new KStreamMapValues({ mapper: (value) => value === null }), empty), [{ ...empty, value: true }])
  t.strictSame(forwarded(new KStreamFilter({ predicate: (_, key) => key === null, keep: 'matching' }), empty), [empty])
  t.strictSame(forwarded(new KStreamFilter({ predicate: (_, key) => key === null, keep: 'others' }), empty), [])
})

t.test('the first branch that matches takes the record', async (t) => {
  const branches = [
    { predicate: (value: unknown) => value === 'x', child: 'x' },
    { predicate: () => true, child: 'any' },
    { predicate: () => true, child: 'never' },
  ]
  t.match(forwarded(new KStreamBranch({ branches, defaultChild: 'default' })), [{ child: 'any' }])
  t.match(forwarded(new KStreamBranch({ branches: branches.slice(0, 1), defaultChild: 'default' })), [{ child: 'default' }])
  t.strictSame(forwarded(new KStreamBranch({ branches: branches.slice(0, 1), defaultChild: undefined })), [])
})

t.test('peek passes the record itself, whatever its action returns', async (t) => {
  const seen: unknown[] = []
  const peek = new KStreamPeek({ action: (value, key) => seen.push([value, key]) })
  const given: unknown[] = []
  const watched: Operator = {
    process: (each, context) => {
      given.push(each)
      peek.process(each, context)
    },
  }
  const [output] = forwarded(watched)
  t.equal(output, given[0])
  t.strictSame(seen, [['v', 'k']])
})
