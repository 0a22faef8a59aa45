import t from 'tap'
import { evaluate } from '../../../app/operations/promql/evaluate.ts'
import { parsePromql } from '../../../app/operations/promql/parse-promql.ts'
import { publishedIn, readExposition } from '../../../app/operations/promql/read-exposition.ts'
import { SampleStore } from '../../../app/operations/promql/sample-store.ts'

/** A minute of scrapes, ten seconds apart; the counter `c` begins anew after 30 s, and is `grows` besides. */
function scraped(): SampleStore {
  const store = new SampleStore([])
  for (let step = 0; step <= 6; step++)
    store.add(
      step * 10_000,
      'one',
      readExposition(`
# HELP c A counter.
# TYPE c counter
c{of="a"} ${step < 3 ? 100 + step * 10 : (step - 3) * 10}
c{of="b"} ${step * 5}
g{of="a"} ${step * step}
h_bucket{le="1"} ${step * 6}
h_bucket{le="2"} ${step * 9}
h_bucket{le="+Inf"} ${step * 10}
quoted{text="a \\"word\\", a\\\\b {x}\\nline"} NaN
`),
    )
  return store
}

const at = 60_000

function said(text: string, store = scraped(), now = at): string {
  return evaluate(parsePromql(text), store, now)
    .map(({ labels, value }) => `${JSON.stringify(labels)} ${Number(value.toFixed(4))}`)
    .join('\n')
}

// What Prometheus 2.42 says of the same samples, by promtool's promql_expr_test.
t.test('expressions say what Prometheus says', async (t) => {
  const cases: readonly (readonly [expression: string, said: string])[] = [
    ['c', '{"of":"a","instance":"one"} 30\n{"of":"b","instance":"one"} 30'],
    ['c{of!="a"}', '{"of":"b","instance":"one"} 30'],
    ['c{of=~"a|x"} == 30', '{"of":"a","instance":"one"} 30'],
    ['c{of!~"a.*"}', '{"of":"b","instance":"one"} 30'],
    ['sum(c)', '{} 60'],
    ['count by (of) (c > 100)', ''],
    ['max by (instance) (c) / 4', '{"instance":"one"} 7.5'],
    ['increase(c{of="b"}[40s])', '{"of":"b","instance":"one"} 20'],
    ['delta(g[45s])', '{"of":"a","instance":"one"} 36'],
    ['c offset 30s', '{"of":"a","instance":"one"} 0\n{"of":"b","instance":"one"} 15'],
    ['c and g', '{"of":"a","instance":"one"} 30'],
    ['c unless g', '{"of":"b","instance":"one"} 30'],
    ['g or c', '{"of":"a","instance":"one"} 36\n{"of":"b","instance":"one"} 30'],
    ['c - g', '{"of":"a","instance":"one"} -6'],
    ['100 < (c * 4)', '{"of":"a","instance":"one"} 120\n{"of":"b","instance":"one"} 120'],
    ['histogram_quantile(0.95, h_bucket)', '{"instance":"one"} 2'],
    ['histogram_quantile(0.75, h_bucket)', '{"instance":"one"} 1.5'],
    ['histogram_quantile(0.3, h_bucket)', '{"instance":"one"} 0.5'],
    ['nothing', ''],
  ]
  for (const [expression, expected] of cases) t.equal(said(expression), expected, expression)
})

t.test(
  'a counter that begins anew has grown; a range of one point says nothing; growth reaches to the ends of the range',
  async (t) => {
    t.equal(said('increase(c{of="a"}[55s])'), '{"of":"a","instance":"one"} 44', '10 + 30, in 50 of 55 s')
    t.equal(said('rate(c{of="b"}[15s])'), '{"of":"b","instance":"one"} 0.5')
    t.equal(said('rate(c{of="b"}[5s])'), '')
    t.equal(said('deriv(c{of="b"}[1m])'), '{"of":"b","instance":"one"} 0.5')
    t.equal(
      said('rate(c{of="b"}[1m])', scraped(), 63_000),
      '{"of":"b","instance":"one"} 0.5',
      'the last scrape is three seconds old',
    )
  },
)

t.test('a series that a scrape no longer has is gone at once; what is not scraped for five minutes, too', async (t) => {
  const store = scraped()
  store.add(70_000, 'one', readExposition('c{of="b"} 35'))
  t.equal(said('c', store, 70_000), '{"of":"b","instance":"one"} 35')
  t.equal(said('c{of="a"}', store, 65_000), '{"of":"a","instance":"one"} 30', 'it was there before')
  store.add(70_000, 'two', readExposition('c{of="a"} 1'))
  t.equal(said('sum(c)', store, 71_000), '{} 36')
  t.equal(said('sum(c)', store, 370_000), '')
  t.equal(said('count(c offset 5m)', store, 370_000), '{} 2')
  store.add(800_000, 'one', [])
  store.add(800_000, 'two', [])
  t.equal(said('count(c offset 740s)', store, 800_000), '', 'what is older than any question is forgotten')
})

t.test('labels are read with all that they escape', async (t) => {
  const [sample] = readExposition('quoted{text="a \\"word\\", a\\\\b {x}\\nline",empty=""} 1.5e3 1700000000000')
  t.same(sample, { metric: 'quoted', labels: { text: 'a "word", a\\b {x}\nline', empty: '' }, value: 1500 })
  t.same(
    readExposition('x -Inf\ny +Inf').map(({ value }) => value),
    [-Infinity, Infinity],
  )
})

t.test('a metric is published without a series, too', async (t) => {
  t.same(publishedIn('# HELP a A.\n# TYPE a counter\n# TYPE h histogram\nh_count 1\n'), ['a', 'h_bucket', 'h_sum', 'h_count'])
})

t.test('what is not evaluated here is refused when it is read', async (t) => {
  for (const text of [
    'topk(3, x)',
    'x > bool 1',
    'sum without (a) (x)',
    'x * on (a) y',
    'x[5m:1m]',
    'sum by (a) (x',
    '{a="b"}',
    '',
    "x{a='b'}",
    '(x + y) offset 5m',
  ])
    t.throws(() => parsePromql(text), SyntaxError, text)
  t.throws(() => said('rate(c)'), /takes a range/)
  t.throws(() => said('sum(1)'), /A number stands/)
})
