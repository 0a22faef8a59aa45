import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import t from 'tap'
import { WholeFrameSocket } from '../../../lib/transport/kafka/connection/kafkajs/whole-frame-socket.ts'

t.test('frames arrive whole, wherever the stream is cut', async (t) => {
  const { socket, peer } = await open(t)
  const frames = [frame(4), frame(5), frame(100), frame(700_000), frame(4)]
  const received: Buffer[] = []
  socket.on('data', (bytes: Buffer) => received.push(bytes))
  const stream = Buffer.concat(frames)
  const cuts = [1, 3, 4, 7, 8, 9, 16, 17, 18, 60, 123, 1000, 300_000, stream.length]
  for (const [index, end] of cuts.entries()) {
    peer.write(stream.subarray(cuts[index - 1] ?? 0, end))
    await turn()
    await turn()
  }
  while (received.length < frames.length) await once(socket, 'data')
  t.same(received, frames)
})

t.test('half a frame is never handed on', async (t) => {
  const { socket, peer } = await open(t)
  const received: Buffer[] = []
  socket.on('data', (bytes: Buffer) => received.push(bytes))
  const ended = once(socket, 'end')
  peer.end(Buffer.concat([frame(10), frame(10).subarray(0, 9)]))
  await ended
  t.same(received, [frame(10)])
})

for (const size of [-1, 0, 3, 0x48545450])
  t.test(`a frame of ${size} bytes is none: an error ends the connection`, async (t) => {
    const { socket, peer } = await open(t)
    const failed = once(socket, 'error')
    const bytes = Buffer.alloc(8)
    bytes.writeInt32BE(size)
    peer.write(bytes)
    const [error] = (await failed) as [Error]
    t.match(error.message, `a response of ${size} bytes`)
  })

async function open(t: { teardown(done: () => void): void }): Promise<{ socket: WholeFrameSocket; peer: Socket }> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const accepted = once(server, 'connection')
  const socket = new WholeFrameSocket({ host: '127.0.0.1', port, ssl: null, onConnect: () => {} })
  const [peer] = (await accepted) as [Socket]
  t.teardown(() => {
    socket.end()
    peer.destroy()
    server.close()
  })
  return { socket, peer: peer.on('error', () => {}) }
}

function frame(bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(4 + bodyBytes, bodyBytes)
  bytes.writeInt32BE(bodyBytes)
  return bytes
}
