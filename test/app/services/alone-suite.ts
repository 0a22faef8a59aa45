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
  const users = await startService(t, 'users-write', { database: file('users.db') })
  const transfers = await startService(t, 'transfers-write', { ...common, database: file('transfers.db') })
  const read = await startService(t, 'core-read', { documents: file('documents.db') })
  const others = [
    startService(t, 'capture', { ...shared, table: 'users', database: file('users.db') }),
    startService(t, 'capture', { ...shared, table: 'transfers', database: file('transfers.db') }),
    startService(t, 'sink', { ...common, documents: file('documents.db') }),
    ...applications.map((application) => startService(t, 'streams', { ...common, application, 'state-dir': file('state') })),
    startService(t, 'read-state', { ...common, 'state-dir': file('read-state') }),
    startService(t, 'inspector', common),
    startService(t, 'bff', { users: users.url, transfers: transfers.url, read: read.url }),
  ]
  const all: ServiceProcess[] = [users, transfers, read, ...(await Promise.all(others)), registry]
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
