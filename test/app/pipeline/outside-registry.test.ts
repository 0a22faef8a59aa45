import { setTimeout as delay } from 'node:timers/promises'
import { test } from 'tap'
import type { LetterPage } from '../../../app/contracts/dead-letters.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { openRegistry } from '../../../app/registry/registry-server.ts'
import { deadLettersService } from '../../../app/services/dead-letters/main.ts'
import { directory } from '../../storage/media.ts'

async function post(url: string, body: object): Promise<{ readonly id: number }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as { readonly id: number }
}

async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    await delay(50)
  }
}

test('a registry outside of the pipeline has its schemas; a document beyond the limit is refused by the store', async (t) => {
  t.setTimeout(120_000)
  const registry = await openRegistry({ port: 0, path: ':memory:' })
  t.teardown(() => registry.close())
  const settings = {
    kafka: undefined,
    registry: registry.url,
    dir: directory(t),
    settlement: 'off',
    documentBytesMax: 500,
  } as const
  await using pipeline = await openPipeline(settings, silentLog)
  await pipeline.ready
  t.equal(pipeline.registryUrl, registry.url)
  t.notOk(pipeline.services().has('registry'), 'it starts none of its own')
  const subjects = (await (await fetch(`${registry.url}/subjects`)).json()) as readonly string[]
  t.ok(subjects.includes('ingestion.bank.transfers-value'))
  const from = await post(`${pipeline.usersUrl}/users`, { name: 'Amara' })
  const wordy = await post(`${pipeline.usersUrl}/users`, { name: '界'.repeat(255) })
  const large = await post(`${pipeline.transfersUrl}/transfers`, { fromUserId: from.id, toUserId: wordy.id, amount: '1.00' })
  const small = await post(`${pipeline.transfersUrl}/transfers`, { fromUserId: from.id, toUserId: from.id + 900, amount: '1.00' })
  const letters = await pipeline.start(deadLettersService, { registry: registry.url })
  const { content } = await until(
    async () => (await (await fetch(`${letters.url}/letters?class=sink`)).json()) as LetterPage,
    ({ content: found }) => found.length > 0,
  )
  t.match(content, [{ key: String(large.id), refusedBy: 'sink', remedy: 'send-to-topic', reason: /more than 500 bytes/ }])
  t.not(small.id, large.id)
})
