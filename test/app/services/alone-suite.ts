import { join } from 'node:path'
import type { Test } from 'tap'
import { kafka } from 'millrace'
import { createTopics } from '../../../app/pipeline/open-cluster.ts'
import { directory } from '../../storage/media.ts'
import { eventually, startService } from './service-processes.ts'
import type { ServiceProcess } from './service-processes.ts'

const applications = ['ingestion-users', 'ingestion-transfers', 'transfer-enricher', 'transfer-settlement', 'transfer-balances']

/**
 * Each service starts alone, as a process, from its flags; together they are the pipeline. What they share is a Kafka cluster, a schema
 * registry and, where that is so on purpose, a database file.
 */
export async function servicesAlone(t: Test, bootstrapServers: string): Promise<void> {
  const file = (name: string): string => join(dir, name)
  const dir = directory(t)
  await createTopics(kafka({ bootstrapServers }))
  const shared = { kafka: bootstrapServers }
  const registry = await startService(t, 'registry', shared)
  const common = { ...shared, registry: registry.url }
  const start = (name: string, flags: Readonly<Record<string, string>>): Promise<ServiceProcess> => startService(t, name, flags)
  const [users, transfers, read, ...others] = await Promise.all([
    start('users-write', { database: file('users.db') }),
    start('transfers-write', { ...common, database: file('transfers.db') }),
    start('core-read', { documents: file('documents.db') }),
    start('capture', { ...shared, table: 'users', database: file('users.db') }),
    start('capture', { ...shared, table: 'transfers', database: file('transfers.db') }),
    start('sink', { ...common, documents: file('documents.db') }),
    ...applications.map((application) => start('streams', { ...common, application, 'state-dir': file('state') })),
    start('read-state', { ...common, 'state-dir': file('read-state') }),
    start('inspector', common),
    start('retries', shared),
    start('dead-letters', common),
  ])
  const bff = await start('bff', { users: users.url, transfers: transfers.url, read: read.url })
  const all: readonly ServiceProcess[] = [users, transfers, read, ...others, bff, registry]
  for (const { url } of all.slice(0, -1)) await eventually(`${url}/health/ready`, (status) => status === 200)
  for (const name of ['Amara', 'Bruno']) t.equal((await post(`${users.url}/users`, { name })).status, 201)
  const wanted = { fromUserId: 1, toUserId: 2, amount: '10.00' }
  t.equal((await post(`${transfers.url}/transfers`, wanted)).status, 201, 'a user made just before is known')
  const document = await eventually(
    `${read.url}/transfers-enriched/1`,
    (status, body) => status === 200 && body.enrichment === 'COMPLETE' && body.status === 'COMPLETED',
  )
  t.match(document, { amount: '10.00', fromUserName: 'Amara', toUserName: 'Bruno' })
  for (const service of all) t.equal(await service.stop(), 0)
}

async function post(url: string, body: object): Promise<Response> {
  return fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
}
