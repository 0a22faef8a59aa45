import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import t from 'tap'
import { healthAt } from '../../../app/platform/http/health-at.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import type { SchemaChange, SchemaJournal } from '../../../app/registry/schema-journal.ts'

/** A journal in memory that tells whether it is open. */
class MemoryJournal implements SchemaJournal {
  isOpen = true
  readonly #load: () => Promise<readonly SchemaChange[]>

  constructor(load: () => Promise<readonly SchemaChange[]> = async () => []) {
    this.#load = load
  }

  load(): Promise<readonly SchemaChange[]> {
    return this.#load()
  }

  failure: Error | null = null

  async append(): Promise<void> {
    if (this.failure !== null) throw this.failure
  }

  async close(): Promise<void> {
    this.isOpen = false
  }
}

t.test('a registry whose port is taken closes its journal: its process ends', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const journal = new MemoryJournal()
  await t.rejects(openRegistry({ port: (taken.address() as AddressInfo).port, path: journal }), { code: 'EADDRINUSE' })
  t.equal(journal.isOpen, false)
})

t.test('a registry whose journal cannot be read closes it', async (t) => {
  const journal = new MemoryJournal(() => Promise.reject(new Error('unreadable')))
  await t.rejects(openRegistry({ port: 0, path: journal }), { message: 'unreadable' })
  t.equal(journal.isOpen, false)
})

t.test('a registry is watched like any other service; it is not ready once its journal takes no more changes', async (t) => {
  const journal = new MemoryJournal()
  const { url, close } = await openRegistry({ port: 0, path: journal })
  t.teardown(close)
  t.same(await healthAt(url, 1000), { state: 'up', reason: null })
  const metrics = await (await fetch(`${url}/metrics`)).text()
  t.match(metrics, 'http_request_duration_seconds_count{method="GET",route="/health/ready",status="200"} 1')
  journal.failure = new Error('gone')
  const body = JSON.stringify({ schema: '"string"' })
  const headers = { 'content-type': 'application/json' }
  t.equal((await fetch(`${url}/subjects/a/versions`, { method: 'POST', headers, body })).status, 500)
  t.same(await healthAt(url, 1000), { state: 'unready', reason: 'It answers 500.' })
})
