import t from 'tap'
import { MemoryMetrics } from '../../lib/metrics/memory-metrics.ts'
import type { Distribution } from '../../lib/metrics/metrics.ts'

t.test('a histogram knows count, sum, maximum, and how many values are at most as large as each bound', (t) => {
  const metrics = new MemoryMetrics()
  const times = metrics.histogram('process-latency', 'g', { 'task-id': '0_0' }, [1, 10, 100])
  for (const value of [0, 1, 2, 10, 11, 5000]) times.record(value)
  const expected: Distribution = { count: 6, sum: 5024, max: 5000, bounds: [1, 10, 100], counts: [2, 4, 5] }
  t.same(
    metrics.all().map(({ value }) => value()),
    [expected],
  )
  t.equal(
    metrics.histogram('process-latency', 'g', { 'task-id': '0_0' }, [1]),
    times,
    'the same name and tags, the same histogram',
  )
  t.end()
})

t.test('metrics that carry the tags of a closed task are forgotten, those of others stay', (t) => {
  const metrics = new MemoryMetrics('debug')
  metrics.counter('process', 'g', { 'thread-id': 't', 'task-id': '0_0', 'processor-node-id': 'n' }).add(3)
  metrics.histogram('x', 'g', { 'thread-id': 't', 'task-id': '0_0' }, [1]).record(1)
  metrics.gauge('state', 'g', { 'thread-id': 't', 'task-id': '0_1' }, () => 'running')
  metrics.remove({ 'thread-id': 't', 'task-id': '0_0' })
  t.same(
    metrics.all().map(({ name, kind, value }) => [name, kind, value()]),
    [['state', 'gauge', 'running']],
  )
  t.equal(metrics.level, 'debug')
  t.end()
})
