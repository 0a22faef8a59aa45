import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { WriteSender } from '../../../../app/pipeline/supervisor/write-sender.ts'

const transfer = { fromUserId: 1, toUserId: 2, amount: '1.00' }

/** A service that writes each key once, and answers what `statusOf` says; `cut` ends its connections without an answer. */
async function open(t: Test, statusOf: (key: string) => number | 'cut') {
  const ids = new Map<string, number>()
  const connections = new Set<number>()
  const server = createServer((request, response) => {
    const key = String(request.headers['idempotency-key'])
    connections.add(request.socket.remotePort!)
    const status = statusOf(key)
    if (status === 'cut') return void request.socket.destroy()
    if (!ids.has(key)) ids.set(key, ids.size + 1)
    request.resume().on('end', () => response.writeHead(status).end(JSON.stringify({ id: ids.get(key) })))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sender = new WriteSender()
  sender.follow(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  t.teardown(() => {
    sender.follow(null)
    server.close()
  })
  return { sender, ids, connections }
}

t.test('each write gets the id of its own key, however many are under way on a connection', async (t) => {
  const { sender, ids, connections } = await open(t, () => 201)
  const keys = Array.from({ length: 500 }, (_, index) => `key-${index}`)
  const answers = await Promise.all(keys.map((key) => sender.send(key, transfer)))
  t.same(
    answers,
    keys.map((key) => ({ id: ids.get(key) })),
  )
  t.ok(connections.size <= 8, `${connections.size} connections`)
})

t.test(
  'what SQL will never take is refused, and all else is for later, also when a connection is cut behind others',
  async (t) => {
    const statuses: Readonly<Record<string, number | 'cut'>> = { refused: 422, busy: 503, limited: 429, cut: 'cut' }
    const { sender } = await open(t, (key) => statuses[key] ?? 201)
    t.same(await Promise.all(['refused', 'busy', 'limited', 'cut'].map((key) => sender.send(key, transfer))), [
      'refused',
      'later',
      'later',
      'later',
    ])
    t.type(await sender.send('good', transfer), 'object')
    sender.follow(null)
    t.equal(await sender.send('nowhere', transfer), 'later')
  },
)
