import { test } from 'tap'
import type { DeadLetterRecord } from '../../../../app/contracts/feed.ts'
import { awaitEqual } from '../../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { inspectorService } from '../../../../app/services/inspector/main.ts'
import { directory } from '../../../storage/media.ts'

async function post(url: string, body: object): Promise<{ readonly status: number; readonly body: any }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

/** The dead letters of the feed, once there are so many. */
async function deadLetters(url: string, count: number): Promise<readonly DeadLetterRecord[]> {
  for (;;) {
    const { deadLetters } = (await (await fetch(`${url}/state`)).json()) as { readonly deadLetters: readonly DeadLetterRecord[] }
    if (deadLetters.length >= count) return deadLetters.toReversed()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const reasons = { amount: /abc/, envelope: /payload|schema/, bytes: /JSON|UTF-8|envelope/ } as const

test('a record of each poison is refused with its place and a reason, and the good ones after it pass', async (t) => {
  t.setTimeout(120_000)
  const dir = directory(t)
  await using pipeline = await openPipeline({ kafka: undefined, dir }, silentLog)
  const { url } = await pipeline.start(inspectorService, { registry: pipeline.registryUrl, clusterIdentity: 'test' })
  await pipeline.ready
  for (const [index, kind] of (['amount', 'envelope', 'bytes'] as const).entries()) {
    const { status, body } = await post(`${url}/poison`, { kind })
    t.equal(status, 200)
    const letter = (await deadLetters(url, index + 1))[index]!
    t.same(letter.value!.source, body, kind)
    t.match(letter.value!.reason, reasons[kind], kind)
  }
  for (const name of ['Amara', 'Bruno']) await post(`${pipeline.usersUrl}/users`, { name })
  const made = await post(`${pipeline.transfersUrl}/transfers`, { fromUserId: 1, toUserId: 2, amount: '10.00' })
  t.equal(made.status, 201)
  t.same(await Promise.race([awaitEqual(pipeline.readUrl, pipeline, 30_000), pipeline.failure]), [])
})
