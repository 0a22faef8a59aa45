import { asBuffer } from '../model/bytes.ts'
import type { Serde, SerdeContext, SerdeEnvironment } from '../model/serde.ts'
import { uuidSerde } from './basic-serdes.ts'
import { doubleSerde, floatSerde } from './floating-point-serdes.ts'
import { bigLongSerde, intSerde, longSerde, shortSerde } from './integer-serdes.ts'
import { unreadable, unwritable } from './serialization-error.ts'

/** The serdes whose elements Java writes without their sizes (`ListSerializer.FIXED_LENGTH_SERIALIZERS`). */
const fixedSizes = new Map<string, number>([
  [shortSerde.name, 2],
  [intSerde.name, 4],
  [floatSerde.name, 4],
  [longSerde.name, 8],
  [bigLongSerde.name, 8],
  [doubleSerde.name, 8],
  [uuidSerde.name, 36],
])

/**
 * Returns a serde for lists in Java's two formats (`ListSerde`, KIP-466).
 * - Elements of fixed size: 0x00 ‖ number of nulls ‖ indexes of the nulls ‖ number of elements ‖ elements.
 * - Other elements: 0x01 ‖ number of elements ‖ (size, −1 for null ‖ element)…
 *
 * A null in a list needs `list(nullable(inner))`.
 */
export function listSerde<T>(inner: Serde<T>): Serde<T[]> {
  const { bind, prepareRead, prepareWrite } = inner
  const name = `list(${inner.name})`
  const elementBytes = fixedSizes.get(inner.name)
  const read = (bytes: Uint8Array): (Uint8Array | null)[] => readElements(new ListReader(name, asBuffer(bytes)), elementBytes)
  const serde = {
    name,
    serialize: (list: T[], context: SerdeContext) => {
      if (!Array.isArray(list)) throw unwritable(name, 'it is no array.')
      const elements: (Uint8Array | null)[] = []
      // This visits holes as undefined, so that the inner serde refuses them.
      for (const element of list) elements.push(writeElement(inner, element, context))
      return elementBytes === undefined ? writeSized(elements) : writeFixed(elements)
    },
    deserialize: (bytes: Uint8Array, context: SerdeContext) => read(bytes).map((element) => readElement(inner, element, context)),
    ...(prepareRead && {
      prepareRead: (lists: readonly Uint8Array[], context: SerdeContext) =>
        prepareRead(
          lists.flatMap(read).filter((element) => element !== null),
          context,
        ),
    }),
    ...(prepareWrite && { prepareWrite }),
    ...(bind === undefined ? {} : { bind: (environment: SerdeEnvironment) => listSerde(bind(environment)) }),
  }
  return Object.freeze(serde)
}

function writeElement<T>(inner: Serde<T>, element: T, context: SerdeContext): Uint8Array | null {
  if (element !== null) return inner.serialize(element, context)
  if (inner.nullable === true) return null
  throw unwritable(`list(${inner.name})`, 'it holds a null. Use list(nullable(…)).')
}

function readElement<T>(inner: Serde<T>, element: Uint8Array | null, context: SerdeContext): T {
  if (element !== null) return inner.deserialize(element, context)
  if (inner.nullable === true) return null as T
  throw unreadable(`list(${inner.name})`, 'they hold a null. Use list(nullable(…)).')
}

function int32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4)
  bytes.writeInt32BE(value, 0)
  return bytes
}

function writeFixed(elements: readonly (Uint8Array | null)[]): Uint8Array {
  const nulls = [...elements.keys()].filter((index) => elements[index] === null)
  const present = elements.filter((element) => element !== null)
  return Buffer.concat([Buffer.of(0), int32(nulls.length), ...nulls.map(int32), int32(elements.length), ...present])
}

function writeSized(elements: readonly (Uint8Array | null)[]): Uint8Array {
  let size = 5
  for (const element of elements) size += 4 + (element?.byteLength ?? 0)
  const bytes = Buffer.allocUnsafe(size)
  bytes[0] = 1
  let at = bytes.writeInt32BE(elements.length, 1)
  for (const element of elements) {
    at = bytes.writeInt32BE(element?.byteLength ?? -1, at)
    if (element === null) continue
    bytes.set(element, at)
    at += element.byteLength
  }
  return bytes
}

function readElements(reader: ListReader, elementBytes: number | undefined): (Uint8Array | null)[] {
  const elements = elementBytes === undefined ? readSized(reader) : readFixed(reader, elementBytes)
  reader.end()
  return elements
}

function readFixed(reader: ListReader, elementBytes: number): (Uint8Array | null)[] {
  reader.format(0)
  const nulls = new Set(Array.from({ length: reader.count(4) }, () => reader.int32()))
  const length = reader.count(0)
  reader.expect((length - nulls.size) * elementBytes)
  return Array.from({ length }, (_, index) => (nulls.has(index) ? null : reader.bytes(elementBytes)))
}

function readSized(reader: ListReader): (Uint8Array | null)[] {
  reader.format(1)
  const elements: (Uint8Array | null)[] = []
  for (let left = reader.count(4); left > 0; left--) {
    const size = reader.int32()
    elements.push(size === -1 ? null : reader.bytes(size))
  }
  return elements
}

/** Reads a list from bytes that are not trusted. It checks each count against the bytes that are left. */
class ListReader {
  readonly #serde: string
  readonly #bytes: Buffer
  #at = 0

  constructor(serde: string, bytes: Buffer) {
    this.#serde = serde
    this.#bytes = bytes
  }

  format(expected: number): void {
    this.expect(1)
    const format = this.#bytes[this.#at++]
    if (format !== expected) throw unreadable(this.#serde, `the list format is ${format}, ${expected} is expected.`)
  }

  count(elementBytesMin: number): number {
    const count = this.int32()
    if (count < 0) throw unreadable(this.#serde, `a count is ${count}.`)
    this.expect(count * elementBytesMin)
    return count
  }

  int32(): number {
    this.expect(4)
    this.#at += 4
    return this.#bytes.readInt32BE(this.#at - 4)
  }

  bytes(size: number): Uint8Array {
    this.expect(size)
    this.#at += size
    return this.#bytes.subarray(this.#at - size, this.#at)
  }

  expect(size: number): void {
    const left = this.#bytes.byteLength - this.#at
    if (size < 0 || size > left) throw unreadable(this.#serde, `${size} more bytes are announced, ${left} are there.`)
  }

  end(): void {
    const left = this.#bytes.byteLength - this.#at
    if (left > 0) throw unreadable(this.#serde, `${left} bytes follow the list.`)
  }
}
