import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import t from 'tap'
import { TransportError } from '../../../../lib/model/errors.ts'
import { heartbeat } from '../../../../lib/transport/kafka/wire/apis/heartbeat.ts'
import { metadata } from '../../../../lib/transport/kafka/wire/apis/metadata.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../../lib/transport/kafka/wire/messages.ts'
import { RequestWriter } from '../../../../lib/transport/kafka/wire/request-writer.ts'
import type { Api } from '../../../../lib/transport/kafka/wire/schema.ts'
import { apis } from './all-apis.ts'
import { arbitraryMessage } from './arbitrary-message.ts'

const sides = ['request', 'response'] as const

const codecs = {
  request: { encode: encodeRequest, decode: decodeRequest },
  response: { encode: encodeResponse, decode: decodeResponse },
} as const

function versionsOf({ versions }: Api): number[] {
  return Array.from({ length: versions.max - versions.min + 1 }, (_, index) => versions.min + index)
}

/** What reading the bytes gives: a message, or the coded error of a broken one. Any other error fails the test. */
function readOrRefuse(api: Api, side: (typeof sides)[number], version: number, bytes: Buffer): void {
  try {
    codecs[side].decode(api, version, bytes)
  } catch (error) {
    if (!(error instanceof TransportError) || error.code !== 'TRANSPORT_CORRUPT_RESPONSE') throw error
  }
}

for (const api of apis)
  for (const side of sides) {
    t.test(`${api.name}: what is written of a ${side} is read again, in all versions`, async () => {
      for (const version of versionsOf(api))
        fc.assert(
          fc.property(arbitraryMessage(api, side, version), (message) => {
            const { encode, decode } = codecs[side]
            return isDeepStrictEqual(decode(api, version, encode(api, version, message)), message)
          }),
          { numRuns: 15 },
        )
    })

    t.test(`${api.name}: a cut or changed ${side} is read, or refused with a code`, async () => {
      for (const version of versionsOf(api))
        fc.assert(
          fc.property(arbitraryMessage(api, side, version), fc.nat(), fc.nat(), fc.nat(255), (message, cut, at, byte) => {
            const bytes = codecs[side].encode(api, version, message)
            readOrRefuse(api, side, version, bytes.subarray(0, cut % (bytes.length + 1)))
            if (bytes.length === 0) return
            bytes[at % bytes.length] = byte
            readOrRefuse(api, side, version, bytes)
          }),
          { numRuns: 15 },
        )
    })

    t.test(`${api.name}: random bytes as a ${side} are read, or refused with a code`, async () => {
      const { min, max } = api.versions
      fc.assert(
        fc.property(fc.integer({ min, max }), fc.uint8Array({ maxLength: 200 }), (version, bytes) => {
          readOrRefuse(api, side, version, Buffer.from(bytes))
        }),
        { numRuns: 200 },
      )
    })
  }

t.test('a list that says to have more items than there are bytes is refused before anything is made of it', async (t) => {
  const plain = new RequestWriter().int32(0).int32(0x7fffffff).bytes
  t.throws(() => decodeResponse(metadata, 8, plain), { message: /2147483647 items cannot be in its last 0 bytes/ })
  const compact = new RequestWriter().int32(0).uvarint(2 ** 32 - 1).bytes
  t.throws(() => decodeResponse(metadata, 12, compact), { code: 'TRANSPORT_CORRUPT_RESPONSE', kind: 'fatal' })
})

t.test('tagged fields of a later version are passed over', async (t) => {
  const body = encodeResponse(heartbeat, 4, { errorCode: 27 })
  const later = Buffer.concat([
    body.subarray(0, -1),
    new RequestWriter().uvarint(1).uvarint(99).uvarint(3).bytes,
    Buffer.from('new'),
  ])
  t.same(decodeResponse(heartbeat, 4, later), { throttleTimeMs: 0, errorCode: 27 })
})

t.test('null where a value must be is refused', async (t) => {
  t.throws(() => decodeRequest(heartbeat, 4, Buffer.of(0, 0)), { message: /a text that must be there is null/ })
})
