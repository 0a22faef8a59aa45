import { rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { awaitEqual } from '../../../app/pipeline/expected.ts'
import { openLog } from '../../../app/platform/log.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import type { Pipeline } from '../../../app/pipeline/pipeline.ts'
import { directory } from '../../storage/media.ts'

async function call(url: string, method: string, body: object): Promise<void> {
  const answer = await fetch(url, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(await answer.text())
}

async function inPipeline(dir: string, act: (pipeline: Pipeline) => Promise<void>): Promise<string[]> {
  const lines: string[] = []
  await using pipeline = await openPipeline(
    { kafka: undefined, dir },
    openLog({ name: 'test', destination: { write: (line) => void lines.push(line) } }),
  )
  await pipeline.ready
  await Promise.race([act(pipeline), pipeline.failure])
  return lines
}

t.test('a directory whose cluster is gone goes on with a new one', async (t) => {
  const dir = directory(t)
  await inPipeline(dir, async ({ usersUrl, transfersUrl, readUrl, ...databases }) => {
    for (const name of ['Amara', 'Bruno']) await call(`${usersUrl}/users`, 'POST', { name })
    await call(`${transfersUrl}/transfers`, 'POST', { fromUserId: 1, toUserId: 2, amount: '10.00' })
    // The topic is longer than what a new cluster will get.
    for (const name of ['B', 'C', 'D', 'E']) await call(`${usersUrl}/users/2`, 'PATCH', { name })
    t.same(await awaitEqual(readUrl, databases, 20_000), [])
  })
  rmSync(join(dir, 'kafka'), { recursive: true })
  const lines = await inPipeline(dir, async ({ usersUrl, readUrl, ...databases }) => {
    await call(`${usersUrl}/users/2`, 'PATCH', { name: 'Bruno Costa' })
    t.same(await awaitEqual(readUrl, databases, 20_000), [])
  })
  t.match(lines.join('\n'), /The documents were of another/)
  const again = await inPipeline(dir, async ({ readUrl, ...databases }) => {
    t.same(await awaitEqual(readUrl, databases, 20_000), [])
  })
  t.notMatch(again.join('\n'), /The documents were of another/)
})
