import fc from 'fast-check'
import t from 'tap'
import { FrameReader } from '../../../../lib/transport/kafka/wire/frame-reader.ts'

function framed(body: Uint8Array): Buffer {
  const bytes = Buffer.alloc(4 + body.length)
  bytes.writeInt32BE(body.length)
  bytes.set(body, 4)
  return bytes
}

t.test('frames come whole and in order, wherever the stream is cut', async () => {
  const body = fc.uint8Array({ minLength: 4, maxLength: 50 })
  fc.assert(
    fc.property(fc.array(body, { maxLength: 8 }), fc.array(fc.nat(40)), (bodies, cuts) => {
      const received: Buffer[] = []
      const reader = new FrameReader((frame) => received.push(frame))
      let rest = Buffer.concat(bodies.map(framed))
      for (const cut of cuts) {
        reader.push(rest.subarray(0, cut))
        rest = rest.subarray(cut)
      }
      reader.push(rest)
      return Buffer.concat(received).equals(Buffer.concat(bodies)) && received.length === bodies.length
    }),
  )
})

t.test('a long frame comes whole, in a buffer of exactly its size', async (t) => {
  const body = Buffer.alloc(3_000_001, 7)
  const received: Buffer[] = []
  const reader = new FrameReader((frame) => received.push(frame))
  const stream = framed(body)
  for (let at = 0; at < stream.length; at += 65_536) reader.push(stream.subarray(at, at + 65_536))
  t.ok(received[0]?.equals(body))
  t.equal(received[0]?.buffer.byteLength, body.length)
})

t.test('an announced size allocates nothing before the bytes have come', async (t) => {
  const before = process.memoryUsage().arrayBuffers
  const readers = Array.from({ length: 100 }, () => new FrameReader(() => {}))
  const size = Buffer.alloc(14)
  size.writeInt32BE(250 << 20)
  for (const reader of readers) reader.push(size)
  t.ok(process.memoryUsage().arrayBuffers - before < 40 << 20, '100 times 250 MiB were announced')
})

for (const size of [-1, 0, 3, 0x48545450, 0x7fffffff])
  t.test(`a frame of ${size} bytes is none of Kafka's`, async (t) => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(size)
    t.throws(() => new FrameReader(() => {}).push(bytes), { message: `a response of ${size} bytes is none of Kafka's` })
  })
