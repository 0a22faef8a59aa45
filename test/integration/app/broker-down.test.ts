import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { EmbeddedKafka } from '../../../lib/embedded.ts'
import { awaitEqual } from '../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import type { Pipeline } from '../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { twiceIn } from '../../app/twice.ts'
import { directory } from '../../storage/media.ts'

// The file's own limit, where it is run without the project's script.
t.setTimeout(300_000)

const downMs = 30_000
const json = { 'content-type': 'application/json' }

async function statesOf(pipeline: Pipeline): Promise<readonly string[]> {
  const answers = [...pipeline.applications().values()].map(async (url) => (await fetch(`${url}/tasks`)).json())
  return ((await Promise.all(answers)) as readonly { readonly state: string }[]).map(({ state }) => state)
}

async function post(url: string, body: object): Promise<number> {
  return (await fetch(url, { method: 'POST', headers: json, body: JSON.stringify(body) })).status
}

t.test('X4: the broker is away for 30 s under traffic: nothing is lost, nothing is twice, and all run again', async (t) => {
  t.setTimeout(280_000)
  await using cluster = await EmbeddedKafka.open()
  const listener = await cluster.listen(0)
  await using pipeline = await openPipeline({ kafka: listener.bootstrapServers, dir: directory(t) }, silentLog)
  await pipeline.ready
  for (const name of ['Amara', 'Bruno', 'Chidi', 'Dalia']) await post(`${pipeline.usersUrl}/users`, { name })
  t.same(await awaitEqual(pipeline.readUrl, pipeline, 30_000), [])
  let [accepted, isOver] = [0, false]
  const writing = (async () => {
    for (let count = 0; !isOver; count++) {
      const body = { fromUserId: 1 + (count % 4), toUserId: 1 + ((count + 1) % 4), amount: '1.00' }
      if ((await post(`${pipeline.transfersUrl}/transfers`, body)) === 201) accepted++
      await delay(50)
    }
  })()
  await delay(1000)
  await listener.close()
  const before = accepted
  await delay(downMs)
  t.ok(accepted > before, `${accepted - before} transfers were accepted while it was away`)
  await cluster.listen(listener.port)
  await delay(1000)
  isOver = true
  await writing
  t.same(await Promise.race([awaitEqual(pipeline.readUrl, pipeline, 120_000), pipeline.failure]), [])
  t.same(new Set(await statesOf(pipeline)), new Set(['running']))
  t.same(await twiceIn(cluster), [])
})
