import type { AvroType } from './avro-type.ts'
import { canonicalForm } from './canonical-form.ts'

/** The polynomial of CRC-64-AVRO, which is also the fingerprint of no bytes. */
const empty = 0xc15d213aa4d7a795n

/** Returns the CRC-64-AVRO of a schema's Parsing Canonical Form (Avro specification, "Schema Fingerprints"). */
export function fingerprintOf(type: AvroType): bigint {
  let print = empty
  for (const byte of Buffer.from(canonicalForm(type))) {
    print ^= BigInt(byte)
    for (let bit = 0; bit < 8; bit++) print = (print >> 1n) ^ (empty & -(print & 1n))
  }
  return BigInt.asUintN(64, print)
}
