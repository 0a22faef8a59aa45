import { createRequire } from 'node:module'
import fc from 'fast-check'
import t from 'tap'
import { crc32c, tableChecksum } from '../../../lib/transport/record-batch/crc32c.ts'

t.test('CRC-32C of the standard', async (t) => {
  // RFC 3720, B.4.
  t.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  t.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
})

t.test('law: without the native package the checksum is the same', async () => {
  const native = createRequire(import.meta.url)('@node-rs/crc32') as { readonly crc32c: (bytes: Buffer) => number }
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      (bytes) => tableChecksum(Buffer.from(bytes)) === native.crc32c(Buffer.from(bytes)),
    ),
  )
})
