import { createServer } from 'node:http'
import t from 'tap'
import type { Test } from 'tap'
import type { TasksNow } from '../../../app/contracts/topology.ts'
import { Operations } from '../../../app/operations/operations.ts'
import { addOperationsRoutes } from '../../../app/operations/operations-routes.ts'
import { openHttp } from '../../../app/platform/http/open-http.ts'
import { silentLog } from '../../../app/platform/log.ts'

interface Process {
  readonly url: string
  /** Null: ready. */
  reason: string | null
  tasks: Partial<TasksNow>
  metrics: string
  /** What it was asked for. */
  readonly asked: string[]
}

/** A process with an address, that says what it is told to. */
async function open(t: Test): Promise<Process> {
  const server = createServer(({ url = '' }, response) => {
    process.asked.push(url)
    if (url.startsWith('/metrics')) return void response.end(process.metrics)
    if (url === '/tasks') return void response.end(JSON.stringify(process.tasks))
    const { reason } = process
    response
      .writeHead(reason === null ? 200 : 503)
      .end(JSON.stringify(reason === null ? { status: 'ready' } : { detail: reason }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => (server.closeAllConnections(), server.close()))
  const { port } = server.address() as { readonly port: number }
  const process: Process = { url: `http://127.0.0.1:${port}`, reason: null, tasks: {}, metrics: '', asked: [] }
  return process
}

const running = (...taskIds: readonly string[]): TasksNow['tasks'] => taskIds.map((taskId) => ({ taskId, state: 'running' }))

t.test(
  'who runs is asked how it is, and why; instances of an application are told as one, with what they have still to read',
  async (t) => {
    const [sink, one, two] = [await open(t), await open(t), await open(t)]
    let now = 1_000_000
    const services = new Map([['sink', sink.url]])
    const applications = new Map([['enricher', one.url], ['enricher-2', two.url]]) // prettier-ignore
    const operations = new Operations({ watched: () => ({ services, applications }), now: () => now })
    const lag = (topic: string, value: number): string =>
      `kafka_consumer_fetch_manager_records_lag{thread_id="x",task_id="0_0",topic="${topic}",partition="0"} ${value}\n`
    one.tasks = { state: 'running', tasks: running('0_0'), restore: null, restores: {} }
    two.tasks = {
      state: 'rebalancing',
      tasks: [{ taskId: '0_1', state: 'restoring' }],
      restore: { done: 1, total: 5 },
      restores: { rows: { done: 1, total: 5 } },
    }
    one.metrics = lag('a', 3) + lag('b', 1)
    two.metrics = lag('a', 4)
    await operations.scrape()
    const asked = new URL(
      sink.asked.find((url) => url.startsWith('/metrics'))!,
      sink.url,
    ).searchParams.getAll('name[]')
    t.ok(asked.includes('dlq_records_total') && asked.includes('http_request_duration_seconds_count'))
    const first = await operations.current()
    t.match(first.services, [
      { name: 'sink', kind: 'service', state: 'up', reason: null, since: now },
      { name: 'enricher', kind: 'application', state: 'up' },
      { name: 'enricher-2', kind: 'application', state: 'up' },
    ])
    t.same(first.applications, [
      {
        name: 'enricher',
        instances: 2,
        state: 'rebalancing',
        tasks: { running: 1, all: 2 },
        lags: { a: 7, b: 1 },
        restores: { rows: { done: 1, total: 5 } },
      },
    ])
    const began = now
    now += 2000
    sink.reason = 'The broker does not answer.'
    applications.delete('enricher-2')
    await operations.scrape()
    const second = await operations.current()
    t.match(second.services, [
      { name: 'sink', state: 'unready', reason: 'The broker does not answer.', since: now },
      { name: 'enricher', state: 'up', since: began },
    ])
    t.match(second.applications, [{ state: 'running', instances: 1, lags: { a: 3, b: 1 }, restores: {} }])
    const count = sink.asked.length
    await Promise.all([operations.current(), operations.current()])
    t.equal(sink.asked.length, count, 'what is fresh is not asked again')
    now += 1500
    await Promise.all([operations.current(), operations.current()])
    t.equal(sink.asked.length, count + 1, 'who looks at the same time gets the same answer')
  },
)

t.test('what does not answer is down, and an alert after half a minute; what was stopped is neither', async (t) => {
  const sink = await open(t)
  let now = 0
  const services = new Map([['sink', sink.url], ['gone', 'http://127.0.0.1:9']]) // prettier-ignore
  const applications = new Map([['audit-log', 'http://127.0.0.1:9']])
  const operations = new Operations({ watched: () => ({ services, applications }), now: () => now })
  const rule = async () => (await operations.current()).rules.find(({ name }) => name === 'DoesNotAnswer')!
  await operations.scrape()
  t.match(await rule(), { state: 'pending', alerts: [{ since: 0 }, { since: 0 }], expression: 'up == 0', forMs: 30_000 })
  now = 30_000
  await operations.scrape()
  t.match(await rule(), { state: 'firing', next: /its log/ })
  t.same(
    (await rule()).alerts.map(({ summary }) => summary),
    ['gone', 'audit-log'].map((name) => `${name} has not answered for half a minute.`),
  )
  const { services: found, applications: told } = await operations.current()
  t.match(found[1], { name: 'gone', state: 'down', reason: 'It does not answer.', since: 0 })
  t.match(told, [{ name: 'audit-log', state: 'down', instances: 0, lags: {} }])
  applications.set('audit-log', sink.url)
  now += 2000
  t.match((await operations.current()).applications, [{ state: 'down' }], 'who answers something else is no application')
  services.delete('gone')
  applications.clear()
  now += 2000
  await operations.scrape()
  t.match(await rule(), { state: 'inactive', alerts: [] })
})

t.test('charts show the last minutes: the highest value of each step, and nothing where nothing was known', async (t) => {
  const one = await open(t)
  let now = 600_000
  one.tasks = { state: 'running', tasks: running('0_0'), restore: null, restores: {} }
  const applications = new Map([['enricher', one.url]])
  const operations = new Operations({ watched: () => ({ services: new Map(), applications }), now: () => now })
  const scrapeAt = async (at: number, lag: number | null): Promise<void> => {
    now = at
    one.metrics = lag === null ? '' : `kafka_consumer_fetch_manager_records_lag{task_id="0_0",topic="a"} ${lag}\n`
    await operations.scrape()
  }
  for (const [at, lag] of [
    [600_000, 5],
    [605_000, 80],
    [610_000, 7],
    [620_000, null],
    [630_000, 2],
  ] as const)
    // prettier-ignore
    await scrapeAt(at, lag)
  const http = await openHttp({ name: 'operations', log: silentLog })
  t.teardown(() => http.close())
  addOperationsRoutes(http, operations)
  const { from, stepMs, charts } = (await http.inject('/api/operations/charts?range=15m')).json() as ReturnType<
    typeof operations.charts
  >
  t.equal(stepMs, 10_000)
  const [{ title, unit, lines }] = charts as [(typeof charts)[0]]
  t.match({ title, unit }, { title: 'Still to read', unit: 'records' })
  t.match(lines, [{ label: 'enricher' }])
  const { values } = lines[0]!
  const valueAt = (at: number): number | null | undefined => values[(at - from) / stepMs]
  t.same([590_000, 600_000, 610_000, 620_000, 630_000].map(valueAt), [null, 80, 7, null, 2])
  t.equal(values.length, 91)
  t.match((await http.inject('/api/operations/charts?range=1h')).json(), { stepMs: 40_000 })
  t.equal((await http.inject('/api/operations/charts?range=2d')).statusCode, 400)
  t.match((await http.inject('/api/operations')).json(), { everyMs: 5000, services: [{ name: 'enricher' }], rules: [] })
})
