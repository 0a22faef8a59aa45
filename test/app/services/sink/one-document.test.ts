import { test } from 'tap'
import { openPipeline } from '../../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../../app/platform/log.ts'
import { directory } from '../../../storage/media.ts'

const headers = { 'content-type': 'application/json' }

interface Documents {
  readonly content: readonly { readonly id: number; readonly fromUserName: string; readonly toUserName: string }[]
}

test('S1: a user who is renamed three times leaves one document for each transfer', async (t) => {
  t.setTimeout(180_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t), settlement: 'off' }, silentLog)
  await pipeline.ready
  const send = (method: string, url: string, body: object): Promise<Response> =>
    fetch(url, { method, headers, body: JSON.stringify(body) })
  for (const name of ['Amara', 'Bruno', 'Chidi', 'Dalia']) await send('POST', `${pipeline.usersUrl}/users`, { name })
  for (const [fromUserId, toUserId, amount] of [
    [1, 2, '10.00'],
    [2, 3, '100.00'],
    [4, 1, '1000.00'],
  ])
    // prettier-ignore
    await send('POST', `${pipeline.transfersUrl}/transfers`, { fromUserId, toUserId, amount })
  const documents = async (): Promise<Documents['content']> =>
    ((await (await fetch(`${pipeline.readUrl}/transfers-enriched?sort=id`)).json()) as Documents).content
  const until = async (name: string): Promise<Documents['content']> => {
    for (;;) {
      const found = await documents()
      if (found.length === 3 && found[0]!.toUserName === name && found[1]!.fromUserName === name) return found
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  await until('Bruno')
  for (const name of ['Bruno A', 'Bruno B', 'Bruno C']) {
    await send('PATCH', `${pipeline.usersUrl}/users/2`, { name })
    t.same(
      (await until(name)).map(({ id }) => id),
      [1, 2, 3],
    )
  }
})
