import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { BrokerSocket } from '../../../../lib/transport/kafka/connection/socket/broker-socket.ts'

/** A server, and the sockets of those that have connected, in their order. */
async function listen(t: Test) {
  const accepted: Socket[] = []
  const server = createServer({ noDelay: true }, (socket) => accepted.push(socket.on('error', () => undefined)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = (): void => {
    for (const socket of accepted) socket.destroy()
    server.close()
  }
  t.teardown(close)
  return { address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, accepted, close }
}

/** A socket, and the frames that it has received. */
async function open(address: { readonly host: string; readonly port: number }) {
  const frames: string[] = []
  const listener = { onFrame: (frame: Buffer) => void frames.push(frame.toString()), onEnd: () => undefined }
  const socket = await BrokerSocket.open(address, false, new AbortController().signal, listener)
  return { socket, frames }
}

function frameOf(text: string): Buffer {
  const size = Buffer.alloc(4)
  size.writeInt32BE(text.length)
  return Buffer.concat([size, Buffer.from(text)])
}

t.test('frames that arrive in pieces, in turns at several sockets, stay whole and apart', async (t) => {
  const { address, accepted } = await listen(t)
  const clients = [await open(address), await open(address), await open(address)]
  t.teardown(() => clients.forEach(({ socket }) => socket.end(new Error('the test is over'))))
  const texts = clients.map((_, client) => Array.from({ length: 40 }, (_, index) => `${client}:${index} `.repeat(1 + index)))
  const streams = texts.map((each) => Buffer.concat(each.map(frameOf)))
  for (let at = 0; at < streams[0]!.length; at += 61) {
    for (const [client, stream] of streams.entries()) accepted[client]!.write(stream.subarray(at, at + 61))
    await setImmediate()
  }
  while (clients.some(({ frames }) => frames.length < 40)) await setImmediate()
  t.same(
    clients.map(({ frames }) => frames),
    texts,
  )
})

t.test('attempts to connect that fail cost no buffers', async (t) => {
  const { address, close } = await listen(t)
  close()
  await t.rejects(open(address), { code: 'ECONNREFUSED' })
  const before = process.memoryUsage().arrayBuffers
  for (let attempt = 0; attempt < 100; attempt++) await open(address).catch(() => undefined)
  const grown = process.memoryUsage().arrayBuffers - before
  t.ok(grown < 4e6, `${(grown / 1e6).toFixed(1)} MB for 100 attempts`)
})
