import type { RawRecord } from 'millrace'
import type { Letter, LetterDetail } from '../contracts/dead-letters.ts'
import { said } from './letter.ts'

/** Reads a value; throws where it is none. */
export type Decoder = (bytes: Uint8Array) => unknown

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The letter with its original bytes, as they are and as people read them. */
export function detailOf(letter: Letter, record: RawRecord, decoder: Decoder | null): LetterDetail {
  const { key, value, headers } = record
  return {
    ...letter,
    value: formsOf(value),
    keyBytes: formsOf(key),
    decoded: value === null ? null : decodedBy(decoder, value),
    headers: headers
      .filter(({ key: name }) => !name.endsWith('.stacktrace'))
      .map(({ key: name, value: bytes }) => ({ name, text: bytes === null ? 'null' : Buffer.from(bytes).toString() })),
    stacktrace: said(record, 'stacktrace') ?? null,
  }
}

function formsOf(bytes: Uint8Array | null): LetterDetail['value'] {
  return bytes === null ? null : { hex: Buffer.from(bytes).toString('hex'), text: textOf(bytes) }
}

function textOf(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

/** With a decoder by it, else as JSON. */
function decodedBy(decoder: Decoder | null, bytes: Uint8Array): string | null {
  try {
    return JSON.stringify(decoder === null ? JSON.parse(textOf(bytes) ?? '') : decoder(bytes), null, 2)
  } catch {
    return null
  }
}
