import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { SerializationError } from '../../lib/model/errors.ts'
import { noHeaders } from '../../lib/model/headers.ts'
import type { Serde, SerdeContext } from '../../lib/model/serde.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

const context = { topic: 't', component: 'value', headers: noHeaders } as const

/** A serde that is asked to write whatever there is. */
type AnySerde = Pick<Serde<unknown>, 'deserialize'> & { readonly serialize: (value: never, context: SerdeContext) => Uint8Array }

function roundTrip(serde: AnySerde, value: unknown): unknown {
  return serde.deserialize(serde.serialize(value as never, context), context)
}

function isEqualOrRefused(serde: AnySerde, value: unknown): boolean {
  try {
    return isDeepStrictEqual(roundTrip(serde, value), value)
  } catch (error) {
    // What was written must be read again.
    if (error instanceof SerializationError && error.code === 'STREAMS_SERIALIZATION') return true
    throw error
  }
}

const anything = fc.oneof(
  fc.constantFrom(
    undefined,
    true,
    '',
    'a',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 53,
    -(2 ** 63),
    0.5,
    2n ** 64n,
    -1n,
    new Date(0),
  ),
  fc.integer(),
  fc.double().filter((value) => !Object.is(value, -0)),
  fc.bigInt(),
  // Java writes half a surrogate pair as a question mark, and so does this serde.
  fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed()),
  fc.uint8Array(),
  fc.uuid(),
)

const { string, long, bigLong, int, short, double, boolean, uuid, bytes, json } = Serdes
const serdes = { string, long, bigLong, int, short, double, boolean, uuid, bytes, json: json() }

for (const [name, serde] of Object.entries(serdes))
  t.test(`law: ${name} reads back equal what it writes, and refuses the rest`, async () => {
    fc.assert(
      fc.property(anything, (value) => isEqualOrRefused(serde, value)),
      { numRuns: 500 },
    )
  })

const likelyBytes = fc.oneof(
  fc.uint8Array(),
  fc.uint8Array({ minLength: 8, maxLength: 8 }),
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ maxLength: 2 }),
  fc.uuid().map((text) => Buffer.from(text)),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.tuple(fc.string({ minLength: 60 }), fc.uint8Array()).map(([text, bytes]) => Buffer.concat([Buffer.from(text), bytes])),
)

for (const [name, serde] of Object.entries<AnySerde & Pick<Serde<unknown>, 'accepts' | 'canonical'>>({
  ...serdes,
  float: Serdes.float,
}))
  if (serde.accepts !== undefined)
    t.test(`law: what ${name} accepts it reads, and a canonical serde writes it in the same bytes`, async () => {
      fc.assert(
        fc.property(likelyBytes, (bytes) => {
          if (!serde.accepts!(bytes)) return true
          const value = serde.deserialize(bytes, context)
          return serde.canonical !== true || Buffer.from(serde.serialize(value as never, context)).equals(bytes)
        }),
        { numRuns: 500 },
      )
    })

t.test('law: a serde that is canonical can tell what it accepts', async (t) => {
  for (const [name, serde] of Object.entries(Serdes))
    if (typeof serde !== 'function' && serde.canonical === true) t.type(serde.accepts, 'function', name)
})

t.test('law: float rounds to the nearest float, and refuses what is beyond all', async () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      if (Number.isFinite(value) && !Number.isFinite(Math.fround(value)))
        return isRefused(() => Serdes.float.serialize(value, context))
      return Object.is(roundTrip(Serdes.float, value), Math.fround(value))
    }),
  )
})

function isRefused(action: () => unknown): boolean {
  try {
    action()
    return false
  } catch (error) {
    return error instanceof SerializationError
  }
}

for (const [name, serde] of Object.entries({
  ints: Serdes.list(int),
  strings: Serdes.list(string),
  nullable: Serdes.list(nullable(long)),
}))
  t.test(`law: a list of ${name} with anything in it, holes included, is read back equal or refused`, async () => {
    const lists = fc.oneof(
      fc.array(anything, { maxLength: 4 }),
      fc.sparseArray(fc.integer(), { maxLength: 4 }),
      fc.array(fc.option(fc.integer())),
      fc.array(fc.string({ unit: 'grapheme' })),
    )
    fc.assert(
      fc.property(lists, (list) => isEqualOrRefused(serde, list)),
      { numRuns: 500 },
    )
  })
