import { setTimeout as delay } from 'node:timers/promises'
import t from 'tap'
import { OwnTraces } from '../../../../app/pipeline/supervisor/own-traces.ts'

t.test('transfers of an interval are followed by one request, the newest of very many', async (t) => {
  const asked: (readonly number[])[] = []
  const traces = new OwnTraces(async (ids) => void asked.push(ids))
  for (let id = 1; id <= 3; id++) traces.add(id)
  t.same(asked, [])
  await delay(100)
  t.same(asked, [[1, 2, 3]])
  for (let id = 1; id <= 1000; id++) traces.add(id)
  await delay(100)
  t.equal(asked.length, 2)
  t.same([asked[1]?.length, asked[1]?.at(-1)], [200, 1000])
})

t.test('a child that is down is no error', async (t) => {
  let asked = 0
  const traces = new OwnTraces(() => {
    asked++
    return Promise.reject(new Error('down'))
  })
  traces.add(1)
  await delay(100)
  t.equal(asked, 1)
})
