import { test } from 'tap'
import { countEnrichers, enricherLines } from '../../../app/cli/enrichers.ts'
import { endsOf } from '../../../app/adapters/kafka/partition-ends.ts'
import { awaitEqual } from '../../../app/pipeline/expected.ts'
import { openPipeline } from '../../../app/pipeline/pipeline.ts'
import { silentLog } from '../../../app/platform/log.ts'
import { schemasFor } from '../../../examples/transfer-pipeline/schemas/avro-mode.ts'
import { enriched, transfers } from '../../../examples/transfer-pipeline/topics.ts'
import { directory } from '../../storage/media.ts'

const made = 240
const people = 12

async function post(url: string, body: object): Promise<number> {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  return ((await answer.json()) as { readonly id: number }).id
}

test('E2 E3: the versions of the enricher on the newest 200 transfers of a pipeline that runs', async (t) => {
  t.setTimeout(120_000)
  await using pipeline = await openPipeline({ kafka: undefined, dir: directory(t), settlement: 'off' }, silentLog)
  await pipeline.ready
  const ids: number[] = []
  for (let number = 0; number < people; number++) ids.push(await post(`${pipeline.usersUrl}/users`, { name: `User ${number}` }))
  // One user more than the others: every third transfer is his, half of them to him.
  const pairOf = (number: number): readonly [number, number] => {
    const other = ids[1 + (number % (people - 1))]!
    if (number % 3 !== 0) return [other, ids[1 + ((number + 1) % (people - 1))]!]
    return number % 2 === 0 ? [ids[0]!, other] : [other, ids[0]!]
  }
  for (let number = 0; number < made; number++) {
    const [fromUserId, toUserId] = pairOf(number)
    await post(`${pipeline.transfersUrl}/transfers`, { fromUserId, toUserId, amount: '1.00' })
  }
  t.same(await awaitEqual(pipeline.readUrl, pipeline, 30_000), [])
  const ends = async () => endsOf(pipeline.cluster, [transfers.name, enriched.name])
  const before = await ends()
  const counts = await countEnrichers(pipeline.cluster, schemasFor('registry', pipeline.registryUrl))
  t.same(await ends(), before, 'nothing is written to the pipeline')

  const newest = Array.from({ length: made }, (_, number) => pairOf(number)).slice(-200)
  const [his, received] = [newest.filter((pair) => pair.includes(ids[0]!)), newest.filter(([, to]) => to === ids[0])]
  t.match(counts, { rows: 200, users: people, busiest: { id: ids[0], transfers: his.length } })
  const [v1, v2, current] = counts.versions
  t.match(
    v1,
    { version: 'v1', copied: 200, renamed: 0, early: 0, completed: 0 },
    'a rename is lost, and so is a transfer before its user',
  )
  t.match(
    v2,
    { version: 'v2', renamed: received.length, early: 0, completed: 1 },
    'what he has received, and nothing that he has sent',
  )
  t.ok(v2!.copied > 1000, `each transfer emits the whole list again: ${v2!.copied} records of 200`)
  t.match(current, { version: 'it runs', copied: 200, renamed: his.length, early: 1, completed: 1 })
  t.match(enricherLines(counts), /E2: user \d+ is renamed, whom \d+ transfers name +0 +\d+ +\d+\n/)
})
