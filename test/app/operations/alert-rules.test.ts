import { readFileSync } from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { pipelineRules } from '../../../app/operations/rules/alert-rule.ts'
import { RuleWatch } from '../../../app/operations/rules/rule-watch.ts'
import { parseDuration } from '../../../app/operations/promql/parse-duration.ts'
import { selectionsOf } from '../../../app/operations/promql/expression.ts'
import { readExposition } from '../../../app/operations/promql/read-exposition.ts'
import { SampleStore } from '../../../app/operations/promql/sample-store.ts'
import type { Sample } from '../../../app/operations/promql/sample-store.ts'

/** A file of `promtool test rules`, which says of each rule when it fires and when it is silent. */
interface RuleTests {
  readonly evaluation_interval: string
  readonly tests: readonly RuleTest[]
}

interface RuleTest {
  readonly name: string
  readonly interval: string
  readonly input_series: readonly { readonly series: string; readonly values: string }[]
  readonly alert_rule_test: readonly {
    readonly eval_time: string
    readonly alertname: string
    readonly exp_alerts: readonly { readonly exp_annotations: { readonly summary: string; readonly next: string } }[]
  }[]
}

/** Values as promtool writes them: `1x2` is 1 1 1, `0+10x2` is 0 10 20, `_x2` is nothing, twice. */
function valuesOf(text: string): (number | null)[] {
  return text.split(' ').flatMap((part) => {
    const [, first, step, times] = /^(_|-?[\d.]+)([+-]\d+)?(?:x(\d+))?$/.exec(part)!
    if (first === '_') return Array<null>(Number(times ?? 1)).fill(null)
    return Array.from({ length: Number(times ?? 0) + 1 }, (_, index) => Number(first) + index * Number(step ?? 0))
  })
}

function samplesAt({ input_series: all }: RuleTest, step: number): Sample[] {
  return all.flatMap(({ series, values }) => {
    const value = valuesOf(values)[step]
    const text = series.replaceAll(/, (?=\w+=)/g, ',')
    return value === null || value === undefined ? [] : readExposition(`${text} ${value}`)
  })
}

const file = 'app/observability/alerts.test.yml'
const { evaluation_interval: interval, tests } = parse(readFileSync(file, 'utf8')) as RuleTests

for (const test of tests)
  t.test(`alert rules say what promtool says: ${test.name}`, async (t) => {
    const rules = pipelineRules()
    const store = new SampleStore(rules.flatMap(({ expression }) => selectionsOf(expression)))
    const watches = new Map(rules.map((rule) => [rule.name, new RuleWatch(rule, store, () => true)]))
    const everyMs = parseDuration(interval)
    t.equal(parseDuration(test.interval), everyMs)
    const last = Math.max(...test.alert_rule_test.map(({ eval_time: at }) => parseDuration(at)))
    for (let at = 0; at <= last; at += everyMs) {
      const byInstance = Map.groupBy(samplesAt(test, at / everyMs), ({ labels }) => labels['instance']!)
      for (const [instance, samples] of byInstance) store.add(at, instance, samples)
      for (const watch of watches.values()) watch.evaluate(at)
      for (const { alertname, exp_alerts: expected } of test.alert_rule_test.filter(
        (each) => parseDuration(each.eval_time) === at,
      )) {
        const { alerts, next, state } = watches.get(alertname)!.now
        const firing = alerts.filter((alert) => alert.state === 'firing')
        t.same(
          firing.map(({ summary }) => ({ summary, next })),
          expected.map(({ exp_annotations: said }) => said),
          `${alertname} after ${at / 1000} s`,
        )
        t.equal(state === 'firing', expected.length > 0)
      }
    }
  })

t.test('each rule is tested firing and silent', async (t) => {
  const tested = tests.flatMap(({ alert_rule_test: all }) => all.map(({ alertname, exp_alerts: { length } }) => `${alertname} ${length}`)) // prettier-ignore
  for (const { name } of pipelineRules())
    for (const count of [0, 1]) t.ok(tested.includes(`${name} ${count}`), `${name} ${count}`)
})

t.test(
  'a condition is pending until it has held for long enough; a rule whose metrics nobody publishes is unknown',
  async (t) => {
    const rule = pipelineRules().find(({ name }) => name === 'DoesNotAnswer')!
    const store = new SampleStore(selectionsOf(rule.expression))
    const published = new Set<string>()
    const watch = new RuleWatch(rule, store, (metric) => published.has(metric))
    watch.evaluate(0)
    t.match(watch.now, { state: 'unknown', alerts: [] })
    published.add('up')
    watch.evaluate(0)
    t.match(watch.now, { state: 'inactive' })
    const scrape = (at: number, value: number): void => {
      store.add(at, 'sink', [{ metric: 'up', labels: {}, value }])
      watch.evaluate(at)
    }
    scrape(1000, 0)
    t.match(watch.now, { state: 'pending', alerts: [{ state: 'pending', since: 1000 }] })
    scrape(31_000, 0)
    t.match(watch.now, { state: 'firing', alerts: [{ state: 'firing', since: 1000 }] })
    scrape(32_000, 1)
    t.match(watch.now, { state: 'inactive', alerts: [] })
  },
)
