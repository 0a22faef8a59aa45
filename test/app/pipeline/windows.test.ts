import { test } from 'tap'
import { openConsumer } from 'millrace'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { auditLog } from '../../../examples/transfer-pipeline/topics.ts'
import type { AuditRecord } from '../../../examples/transfer-pipeline/topics.ts'
import type { Alert, HourTotals, Newest } from '../../../app/contracts/analytics.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { bff } from '../../../app/services/bff/main.ts'
import { applications } from '../../../examples/transfer-pipeline/main.ts'
import { userDirectoryTopology } from '../../../examples/transfer-pipeline/topologies/user-directory.ts'
import type { FlowNow, StoreAnswer, TasksNow, TopologyDocument } from '../../../app/contracts/topology.ts'
import { topologyDocument } from '../../../app/topology/document.ts'
import { directory } from '../../storage/media.ts'

async function until<T>(ask: () => Promise<T>, condition: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (condition(answer)) return answer
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('N4, A1: through the pipeline totals are what was first seen, corrections follow SQL, bursts are alerts, all of it is logged', async (t) => {
  t.setTimeout(120_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t), settlement: 'off' }, silentLog)
  const { usersUrl: users, transfersUrl: transfers, readUrl: read, registryUrl } = pipeline
  const behind = { users, transfers, read, letters: read, schemas: read, inspector: read, applications: '', timeoutMs: 5000 }
  const { url } = await pipeline.start(bff, behind)
  await pipeline.ready
  const call = (method: string, path: string, body?: object): Promise<Response> =>
    fetch(url + path, {
      method,
      ...(body && { body: JSON.stringify(body) }),
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() },
    })
  for (const name of ['Amara', 'Bruno']) await call('POST', '/api/users', { name })
  const made = { fromUserId: 1, toUserId: 2 }
  await call('POST', '/api/transfers', { ...made, amount: '10.00' })
  await call('POST', '/api/transfers', { ...made, amount: '10000.00' })

  const totals = async (): Promise<HourTotals | undefined> => {
    const answer = (await (await fetch(`${url}/api/totals?userId=1`)).json()) as Newest<HourTotals>
    return answer.content[0]
  }
  const hour = await until(totals, (found) => found?.sentCount === 2 && found.corrected.sentCount === 2)
  t.match(hour, { userId: 1, sentTotal: '10010.00', final: false, corrected: { sentTotal: '10010.00' } })
  t.ok(hour!.windowStart <= Date.now() && Date.now() - hour!.windowStart < 3_600_000 + 60_000)
  const alerts = async () => ((await (await fetch(`${url}/api/alerts`)).json()) as Newest<Alert>).content
  const [alert] = await until(alerts, (found) => found.length > 0)
  t.match(alert, { userId: 1, rule: 'AMOUNT', observed: '10010.00', threshold: '10000.00' })
  t.same(alert!.transferIds.toSorted(), [1, 2])
  t.same(await (await fetch(`${url}/api/alerts?userId=2`)).json(), { content: [] })

  t.equal((await call('PATCH', '/api/transfers/1', { amount: '12.00' })).status, 200)
  await until(totals, (found) => found?.corrected.sentTotal === '10012.00')
  t.equal((await call('DELETE', '/api/transfers/1')).status, 204)
  const after = await until(totals, (found) => found?.corrected.sentTotal === '10000.00')
  t.match(after, { sentCount: 2, sentTotal: '10010.00', corrected: { sentCount: 1 } })

  await call('PATCH', '/api/users/2', { name: 'Bruno Costa' })
  const consumer = await openConsumer(pipeline.cluster, {
    clientId: 'test',
    topics: [auditLog],
    schemaRegistry: schemasFor('registry', registryUrl),
  })
  const renames: AuditRecord[] = []
  for await (const { records } of consumer) {
    renames.push(...records.flatMap(({ key, value }) => (key === 'users:2' && value?.op === 'UPDATE' ? [value] : [])))
    if (renames.length > 0) break
  }
  await consumer.close()
  t.match(renames, [{ changedFields: ['name', 'last_updated_at'], before: { name: 'Bruno' }, after: { name: 'Bruno Costa' } }])

  await t.test(
    'UI5: an application says how far its topics are, internal ones too, and how many rows its stores have',
    async (t) => {
      const path = `${url}/api/topologies/transfer-analytics`
      const flow = (await (await fetch(`${path}/flow`)).json()) as FlowNow
      // Two transfers were made, one was amended, and one deleted.
      t.equal(flow.topics['ingestion.bank.transfers'], 4)
      t.equal(flow.topics['by-sender-repartition'], 2)
      t.match(flow.stores, { rows: { atLeast: false }, 'sent-1h': { atLeast: false } })
      t.ok([1, 2].includes(flow.stores['rows']!.rows), 'roughly: the one that was deleted may count')
      t.ok(flow.stores['sent-1h']!.rows >= 1)
      const { tasks, restores } = (await (await fetch(`${path}/tasks`)).json()) as TasksNow
      t.equal(tasks.length, 18)
      t.same(restores, {})
      const row = (await (await fetch(`${path}/stores/sent-1h?key=1&size=1`)).json()) as StoreAnswer
      t.match(row, {
        kind: 'window',
        asked: { length: 6 },
        rows: [{ key: '1', task: /^\d_\d$/, instance: `process ${process.pid}` }],
      })
      t.equal((await fetch(`${path}/stores/nowhere`)).status, 404)
    },
  )

  await t.test('D1: each process with a topology tells it over HTTP, in four forms', async (t) => {
    const running = [...pipeline.applications()].map(([name, at]) => [name, at, applications[name]!({})] as const)
    for (const [name, at, topology] of [...running, ['transfers-write-users', transfers, userDirectoryTopology()] as const]) {
      const text = async (form: string): Promise<string> => (await fetch(`${at}/topology.${form}`)).text()
      t.equal(await text('txt'), topology.describe(), name)
      t.same(JSON.parse(await text('json')), JSON.parse(JSON.stringify(topologyDocument(name, topology))), name)
      t.match(await text('dot'), /^digraph "[\w-]+" \{\n/)
      t.match(await text('mmd'), /^flowchart LR\n/)
      const behind = (await (await fetch(`${url}/api/topologies/${name}/topology.json`)).json()) as TopologyDocument
      if (at !== transfers) t.equal(behind.hash, topologyDocument(name, topology).hash, `${name} behind the BFF`)
    }
    const names = (await (await fetch(`${url}/api/topologies`)).json()) as { readonly content: readonly string[] }
    t.same(names.content, [...pipeline.applications().keys()].toSorted())
    t.equal((await fetch(`${url}/api/topologies/nobody/topology.json`)).status, 404)
  })
})
