import t from 'tap'
import { ByteKey } from '../../lib/kernel/byte-key.ts'
import { OwnBytes } from '../../lib/kernel/own-bytes.ts'
import { viewOf } from '../../lib/model/byte-span.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { acceptsAt } from '../../lib/serde/accepts-at.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

const frame = Buffer.from('<key>')
const reused = (serde: Pick<Serde<unknown>, 'accepts'>) => ({ serde, accepts: acceptsAt(serde.accepts!) })
const strings = reused(Serdes.string)

t.test('the value that was read has the bytes that it was read from', async (t) => {
  const own = new OwnBytes()
  own.set(strings, 'key', frame, 1, 3)
  t.same(Buffer.from(viewOf(own.bytesOf('key', Serdes.string)!)).toString(), 'key')
  t.equal(own.keyOf('key', Serdes.string)!.hash, new ByteKey().set(Buffer.from('key'), 0, 3).hash)
  t.equal(own.keyOf('key', Serdes.string)!.bytes, frame, 'they are not copied')
})

t.test('another value, another serde and the time after the record have none', async (t) => {
  const own = new OwnBytes()
  t.equal(own.bytesOf(undefined, Serdes.string), null, 'before the first record')
  own.set(strings, 'key', frame, 1, 3)
  t.equal(own.bytesOf('kez', Serdes.string), null)
  t.equal(own.keyOf('key', Serdes.uuid), null)
  own.forget()
  t.equal(own.keyOf('key', Serdes.string), null)
  own.set(strings, null, frame, 0, -1)
  t.equal(own.bytesOf(null, Serdes.string), null, 'null has no bytes')
})

t.test('0 and -0 are told apart, and NaN is itself', async (t) => {
  const own = new OwnBytes()
  const zero = Buffer.from(Serdes.double.serialize(-0, { topic: 't', component: 'key', headers: [] }))
  own.set(reused(Serdes.double), -0, zero, 0, 8)
  t.equal(own.bytesOf(0, Serdes.double), null)
  t.ok(own.bytesOf(-0, Serdes.double))
  own.set(reused(Serdes.double), NaN, Buffer.from('7ff8000000000000', 'hex'), 0, 8)
  t.ok(own.bytesOf(NaN, Serdes.double))
})

t.test('bytes that the serde does not accept are not those that it would write', async (t) => {
  const own = new OwnBytes()
  own.set(strings, 'a\ufffd', Buffer.of(0x61, 0xff), 0, 2)
  t.equal(own.keyOf('a\ufffd', Serdes.string), null)
  t.equal(own.bytesOf('a\ufffd', Serdes.string), null)
})

t.test('a key that was handed out stays, until that of a later record is', async (t) => {
  const own = new OwnBytes()
  own.set(strings, 'key', frame, 1, 3)
  const key = own.keyOf('key', Serdes.string)!
  own.forget()
  own.set(strings, 'other', Buffer.from('other'), 0, 5)
  t.same([key.bytes, key.at, key.length], [frame, 1, 3])
})
