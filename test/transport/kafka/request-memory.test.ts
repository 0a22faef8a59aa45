import t from 'tap'
import { RequestMemory } from '../../../lib/transport/kafka/client/request-memory.ts'

t.test('the buffer of a request that was answered serves the next one to the same leader', async (t) => {
  const memory = new RequestMemory()
  const buffer = memory.take(1, 1000)
  t.not(memory.take(1, 1000), buffer, 'it is not answered yet')
  memory.answered(1, buffer)
  t.not(memory.take(2, 1000), buffer, 'another leader may have a request under way')
  t.equal(memory.take(1, 900), buffer)
  t.not(memory.take(1, 900), buffer, 'nobody gets it twice')
})

t.test('a buffer that is too small goes, and one that is very large is not kept', async (t) => {
  const memory = new RequestMemory()
  memory.answered(1, Buffer.alloc(10))
  t.ok(memory.take(1, 1000).length >= 1000)
  const large = Buffer.alloc(5 << 20)
  memory.answered(1, large)
  t.not(memory.take(1, 1000), large)
})
