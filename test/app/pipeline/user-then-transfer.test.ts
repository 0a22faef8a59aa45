import { test } from 'tap'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { awaitEqual } from '../../../app/pipeline/expected.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { directory } from '../../storage/media.ts'

const pairs = 200

async function post(url: string, body: object): Promise<{ readonly status: number; readonly body: any }> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return { status: answer.status, body: await answer.json() }
}

test('200 transfers, each posted right after its user, are taken and come to the read API', async (t) => {
  t.setTimeout(120_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t) }, silentLog)
  await pipeline.ready
  const { usersUrl, transfersUrl } = pipeline
  const first = (await post(`${usersUrl}/users`, { name: 'Amara' })).body.id as number
  const waits: number[] = []
  const makePair = async (number: number): Promise<number> => {
    const user = await post(`${usersUrl}/users`, { name: `User ${number}` })
    const since = performance.now()
    const { status } = await post(`${transfersUrl}/transfers`, { fromUserId: first, toUserId: user.body.id, amount: '1.00' })
    waits.push(performance.now() - since)
    return status
  }
  const statuses: number[] = []
  for (let number = 0; number < pairs / 2; number++) statuses.push(await makePair(number))
  statuses.push(...(await Promise.all(Array.from({ length: pairs / 2 }, (_, number) => makePair(number)))))
  const sorted = waits.toSorted((left, right) => left - right)
  t.comment(`a transfer right after its user: p50 ${sorted[pairs / 2]!.toFixed(0)} ms, worst ${sorted.at(-1)!.toFixed(0)} ms`)
  t.same(
    statuses.filter((status) => status !== 201),
    [],
  )
  t.same(await awaitEqual(pipeline.readUrl, pipeline, 30_000), [])
  const counted = await pipeline.transfers.one<{ readonly n: number }>('select count(*) as n from transfers')
  t.equal(counted!.n, pairs)
})
