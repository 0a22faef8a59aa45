import t from 'tap'
import { streamRecord, type StreamRecord } from '../../lib/model/stream-record.ts'
import type { InternalProcessorContext } from '../../lib/processor/internal-processor-context.ts'
import { KStreamBranch } from '../../lib/processor/stateless/kstream-branch.ts'
import { KStreamFilter } from '../../lib/processor/stateless/kstream-filter.ts'
import { KStreamFlatMap } from '../../lib/processor/stateless/kstream-flat-map.ts'
import { KStreamFlatMapValues } from '../../lib/processor/stateless/kstream-flat-map-values.ts'
import { KStreamMap } from '../../lib/processor/stateless/kstream-map.ts'
import { KStreamMapValues } from '../../lib/processor/stateless/kstream-map-values.ts'
import { KStreamPeek } from '../../lib/processor/stateless/kstream-peek.ts'
import { KStreamSelectKey } from '../../lib/processor/stateless/kstream-select-key.ts'
import type { Processor } from '../../lib/processor/processor.ts'

type Operator = Processor<unknown, unknown, unknown, unknown>

const record = streamRecord<unknown, unknown>('k', 'v', 7, [{ key: 'h', value: null }])

/** What the operator forwards for a record, and to whom. */
function forwarded(operator: Operator, input = record): readonly (StreamRecord<unknown, unknown> & { child?: string })[] {
  const sent: (StreamRecord<unknown, unknown> & { child?: string })[] = []
  const context = {
    nodeName: 'node',
    forward: (output: StreamRecord<unknown, unknown>, child?: string) =>
      void sent.push(child === undefined ? output : { ...output, child }),
  } as unknown as InternalProcessorContext<unknown, unknown>
  operator.init?.(context)
  operator.process(input, context)
  return sent
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
  const [output] = forwarded(new KStreamPeek({ action: (value, key) => seen.push([value, key]) }))
  t.equal(output, record)
  t.strictSame(seen, [['v', 'k']])
})
