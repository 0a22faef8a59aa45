import { Registry } from 'prom-client'
import t from 'tap'
import { latencyBoundsMs } from '../../lib/metrics/bounds.ts'
import { prometheusMetrics } from '../../lib/metrics.ts'
import { metricDefinitions } from '../../lib/metrics/metric-definitions.ts'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'

const task = { 'thread-id': 'app-1', 'task-id': '0_1' }

/** A source that has what an application has. */
class Source {
  readonly registry = new MemoryMetrics('debug')

  metrics() {
    return this.registry.all()
  }
}

const linesOf = (scrape: string, name: string): readonly string[] =>
  scrape.split('\n').filter((line) => line.startsWith(name) && /[ {]/.test(line.charAt(name.length)))

t.test(
  'counters, gauges and histograms are scraped under the names and labels that exporters of Kafka Streams use',
  async (t) => {
    const source = new Source()
    source.registry.counter('dropped-records', 'stream-task-metrics', task).add(3)
    source.registry.histogram('process-latency', 'stream-thread-metrics', { 'thread-id': 'app-1' }, latencyBoundsMs).record(7)
    source.registry.gauge('state', 'stream-metrics', { 'client-id': 'app' }, () => 'running')
    const lag = { ...task, topic: 'in', partition: '0' }
    let lagNow = NaN
    source.registry.gauge('records-lag', 'consumer-fetch-manager-metrics', lag, () => lagNow)
    source.registry.histogram('put-latency', 'stream-state-metrics', { ...task, 'in-memory-window-state-id': 'w' }, [1]).record(2)
    const registry = new Registry()
    using published = prometheusMetrics(source, { registry })
    const scrape = await registry.metrics()
    const labels = '{thread_id="app-1",task_id="0_1"}'
    t.same(linesOf(scrape, 'kafka_stream_task_dropped_records_total'), [`kafka_stream_task_dropped_records_total${labels} 3`])
    t.match(scrape, '# TYPE kafka_stream_task_dropped_records_total counter')
    t.match(scrape, '# TYPE kafka_stream_thread_process_latency histogram')
    t.match(scrape, 'kafka_stream_thread_process_latency_bucket{thread_id="app-1",le="5"} 0')
    t.match(scrape, 'kafka_stream_thread_process_latency_bucket{thread_id="app-1",le="10"} 1')
    t.match(scrape, 'kafka_stream_thread_process_latency_bucket{thread_id="app-1",le="+Inf"} 1')
    t.match(scrape, 'kafka_stream_thread_process_latency_sum{thread_id="app-1"} 7')
    t.match(scrape, 'kafka_stream_client_state{client_id="app",state="running"} 1')
    t.match(scrape, 'kafka_stream_client_state{client_id="app",state="rebalancing"} 0')
    t.match(
      scrape,
      'kafka_stream_state_put_latency_count{thread_id="app-1",task_id="0_1",scope="in-memory-window",state_id="w"} 1',
    )
    t.same(linesOf(scrape, 'kafka_consumer_fetch_manager_records_lag'), [], 'a lag that is not known is no line')
    lagNow = 12
    t.match(await registry.metrics(), 'records_lag{thread_id="app-1",task_id="0_1",topic="in",partition="0"} 12')
    t.equal(new Set(published.names).size, published.names.length, 'each name once')
    t.ok(published.names.length >= metricDefinitions.length - 2, 'all but two texts')
  },
)

t.test('several applications share a registry; what is disposed of is published no longer', async (t) => {
  const [one, other] = [new Source(), new Source()]
  one.registry.counter('process', 'stream-task-metrics', { ...task, 'thread-id': 'one' }).add(1)
  other.registry.counter('process', 'stream-task-metrics', { ...task, 'thread-id': 'other' }).add(2)
  const registry = new Registry()
  const first = prometheusMetrics(one, { registry, prefix: 'x_' })
  const second = prometheusMetrics(other, { registry, prefix: 'x_' })
  t.equal(linesOf(await registry.metrics(), 'x_kafka_stream_task_process_total').length, 2)
  first[Symbol.dispose]()
  t.match(linesOf(await registry.metrics(), 'x_kafka_stream_task_process_total'), [/thread_id="other"/])
  second[Symbol.dispose]()
  t.equal((await registry.metrics()).trim(), '')
  using _again = prometheusMetrics(one, { registry, prefix: 'x_' })
  t.equal(linesOf(await registry.metrics(), 'x_kafka_stream_task_process_total').length, 1)
  t.throws(() => prometheusMetrics(one, { registry, prefixes: '' } as { registry: Registry }), /prefixes/)
})
