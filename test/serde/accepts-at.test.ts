import fc from 'fast-check'
import t from 'tap'
import { acceptsAt } from '../../lib/serde/accepts-at.ts'
import { nullable } from '../../lib/serde/nullable-serde.ts'
import { Serdes } from '../../lib/serde/serdes.ts'

const { string, long, bigLong, int, short, double, float, boolean, uuid, bytes } = Serdes

const likelyBytes = fc.oneof(
  fc.uint8Array(),
  ...[1, 2, 4, 8].map((length) => fc.uint8Array({ minLength: length, maxLength: length })),
  fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }).map((value) => {
    const written = Buffer.alloc(8)
    written.writeBigInt64BE(value)
    return written
  }),
  fc.uuid().map((text) => Buffer.from(text)),
  fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  fc.tuple(fc.string({ minLength: 60 }), fc.uint8Array()).map(([text, rest]) => Buffer.concat([Buffer.from(text), rest])),
)

const others = { ...string, name: 'one with an accepts of its own', accepts: (given: Uint8Array) => given.length % 2 === 0 }
for (const serde of [string, long, bigLong, int, short, double, float, boolean, uuid, bytes, nullable(string), others])
  t.test(`law: ${serde.name} accepts bytes where they lie as it accepts them alone`, async () => {
    const accepts = acceptsAt(serde.accepts!)
    fc.assert(
      fc.property(fc.uint8Array(), likelyBytes, fc.uint8Array(), (before, given, behind) =>
        accepts(Buffer.concat([before, given, behind]), before.length, given.length) === serde.accepts!(given)),
      { numRuns: 500 },
    ) // prettier-ignore
  })
