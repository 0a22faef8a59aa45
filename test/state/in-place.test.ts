import fc from 'fast-check'
import t from 'tap'
import { noHeaders } from '../../lib/model/headers.ts'
import type { Serde } from '../../lib/model/serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'
import { inPlace } from '../../lib/state/in-place.ts'
import { RowView } from '../../lib/state/key-value/row-view.ts'
import { StoreSerde } from '../../lib/state/store-serde.ts'

const context = { topic: 's', component: 'value', headers: noHeaders } as const

const cases: readonly [Serde<unknown>, fc.Arbitrary<unknown>][] = [
  [Serdes.string as Serde<unknown>, fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ maxLength: 80 }))],
  [Serdes.long as Serde<unknown>, fc.oneof(fc.maxSafeInteger(), fc.constantFrom(0, -1, Number.MIN_SAFE_INTEGER))],
  [Serdes.int as Serde<unknown>, fc.integer()],
]

for (const [serde, values] of cases)
  t.test(`${serde.name}: bytes and values are those of the serde, wherever they lie`, async (t) => {
    const store = new StoreSerde(serde, 's', 'value', 's')
    const view = new RowView()
    t.doesNotThrow(() =>
      fc.assert(
        fc.property(values, fc.nat(9), (value, before) => {
          store.serializeTo(view, value, 7)
          const bytes = Buffer.from(serde.serialize(value, context))
          const isWritten = view.slice().equals(bytes) && view.timestamp === 7
          const larger = Buffer.concat([Buffer.alloc(before, 1), bytes, Buffer.alloc(3, 1)])
          return isWritten && store.deserializeAt(larger, before, bytes.length) === serde.deserialize(bytes, context)
        }),
      ),
    )
  })

t.test('what a serde refuses, it refuses in place', async (t) => {
  const store = new StoreSerde(Serdes.long, 's', 'value', 's')
  t.throws(() => store.serializeTo(new RowView(), 1.5, 0), { code: 'STREAMS_SERIALIZATION' })
  t.throws(() => store.deserializeAt(Buffer.alloc(9), 0, 7), { code: 'STREAMS_DESERIALIZATION' })
  t.throws(() => store.deserializeAt(Buffer.alloc(9, 0x7f), 0, 8), { code: 'STREAMS_DESERIALIZATION' })
})

t.test('a serde that Millrace does not know gets bytes of its own', async (t) => {
  t.equal(inPlace(Serdes.bytes), undefined)
  const store = new StoreSerde(Serdes.bytes, 's', 'value', 's')
  const larger = Buffer.from('xabcx')
  const kept = store.deserializeAt(larger, 1, 3)
  larger.fill(0)
  t.equal(String(kept), 'abc')
})
