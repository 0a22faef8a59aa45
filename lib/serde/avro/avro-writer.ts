import { AvroMismatch } from './avro-mismatch.ts'
import type { AvroOutput } from './avro-output.ts'
import type { ArrayType, AvroField, AvroType, EnumType, MapType, RecordType, UnionType } from './avro-type.ts'
import { describeType } from './avro-type.ts'
import { branchChooser } from './choose-branch.ts'
import { defaultValue } from './default-value.ts'
import { isFloat, isObject } from './fit-value.ts'
import { isPlain } from '../plain-object.ts'
import type { LogicalType } from './logical-type.ts'
import { readsBigint } from './logical-type.ts'

/** Writes a value. Throws an `AvroMismatch` if the value does not fit the type. */
export type AvroWriter = (value: unknown, output: AvroOutput) => void

/** Makes the writer of a type. Throws a `TypeError` if the default of a field does not fit the type of the field. */
export function makeWriter(type: AvroType): AvroWriter {
  return new WriterMaker().writerOf(type)
}

class WriterMaker {
  readonly #records = new Map<RecordType, AvroWriter>()

  writerOf(type: AvroType): AvroWriter {
    const { logical } = type as { readonly logical?: LogicalType }
    const write = this.#rawWriter(type)
    if (logical === undefined) return write
    return (value, output) => {
      const raw = logical.toRaw(value)
      if (raw === undefined) throw new AvroMismatch(value, logical.description)
      write(raw, output)
    }
  }

  #rawWriter(type: AvroType): AvroWriter {
    switch (type.kind) {
      case 'record':
        return this.#records.get(type) ?? this.#recordWriter(type)
      case 'array':
        return this.#arrayWriter(type)
      case 'map':
        return this.#mapWriter(type)
      case 'union':
        return this.#unionWriter(type)
      case 'enum':
        return enumWriter(type)
      case 'fixed':
        return (value, output) => {
          if (!(value instanceof Uint8Array) || value.byteLength !== type.size)
            throw new AvroMismatch(value, `${describeType(type)} (${type.size} bytes)`)
          output.fixed(value)
        }
      case 'long':
        return readsBigint(type) ? writeBigint : primitiveWriters.long
      default:
        return primitiveWriters[type.kind]
    }
  }

  #recordWriter(type: RecordType): AvroWriter {
    // The writer is in the map before its fields are made, because a record may contain itself.
    let fields: readonly FieldWriter[] = []
    const write: AvroWriter = (value, output) => {
      if (!isObject(value)) throw new AvroMismatch(value, describeType(type))
      for (const { name, write } of fields) writePart(name, write, value[name], output)
    }
    this.#records.set(type, write)
    fields = type.fields.map((field) => ({ name: field.name, write: this.#fieldWriter(field) }))
    return write
  }

  /** A missing field is written as its default. */
  #fieldWriter(field: AvroField): AvroWriter {
    const write = this.writerOf(field.type)
    if (field.default === undefined) return write
    const fallback = defaultValue(field.type, field.default)
    return (value, output) => write(value === undefined ? fallback : value, output)
  }

  #arrayWriter({ items }: ArrayType): AvroWriter {
    const write = this.writerOf(items)
    return (value, output) => {
      if (!Array.isArray(value)) throw new AvroMismatch(value, `array of ${describeType(items)}`)
      if (value.length > 0) output.long(value.length)
      for (let index = 0; index < value.length; index++) writePart(index, write, value[index], output)
      output.long(0)
    }
  }

  #mapWriter({ values }: MapType): AvroWriter {
    const write = this.writerOf(values)
    return (value, output) => {
      if (!isObject(value) || !isPlain(value)) throw new AvroMismatch(value, `map of ${describeType(values)}`)
      const names = Object.keys(value)
      if (names.length > 0) output.long(names.length)
      for (const name of names) {
        writeString(name, output)
        writePart(name, write, value[name], output)
      }
      output.long(0)
    }
  }

  #unionWriter(type: UnionType): AvroWriter {
    const choose = branchChooser(type)
    const writers = type.branches.map((branch) => this.writerOf(branch))
    return (value, output) => {
      const index = choose(value)
      output.long(index)
      writers[index]!(value, output)
    }
  }
}

interface FieldWriter {
  readonly name: string
  readonly write: AvroWriter
}

/** Writes a field, an item or a value of a map. Adds its name to the path of an `AvroMismatch`. */
function writePart(name: string | number, write: AvroWriter, value: unknown, output: AvroOutput): void {
  try {
    write(value, output)
  } catch (error) {
    if (error instanceof AvroMismatch) error.path.unshift(String(name))
    throw error
  }
}

function enumWriter(type: EnumType): AvroWriter {
  const indexes = new Map<unknown, number>(type.symbols.map((symbol, index) => [symbol, index]))
  return (value, output) => {
    const index = indexes.get(value)
    if (index === undefined) throw new AvroMismatch(value, `${describeType(type)} (${type.symbols.join(', ')})`)
    output.long(index)
  }
}

const longText = "long (a safe integer; { logicalType: 'bigint' } takes all 64 bits)"

/** Writes a bigint. The logical type has checked its range. */
const writeBigint: AvroWriter = (value, output) => output.bigLong(value as bigint)

const primitiveWriters = {
  null: (value) => {
    if (value !== null) throw new AvroMismatch(value, 'null')
  },
  boolean: (value, output) => {
    if (typeof value !== 'boolean') throw new AvroMismatch(value, 'boolean')
    output.boolean(value)
  },
  int: (value, output) => {
    if (typeof value !== 'number' || value !== (value | 0)) throw new AvroMismatch(value, 'int')
    output.long(value)
  },
  long: (value, output) => {
    if (!Number.isSafeInteger(value)) throw new AvroMismatch(value, longText)
    output.long(value as number)
  },
  float: (value, output) => {
    if (typeof value !== 'number' || !isFloat(value)) throw new AvroMismatch(value, 'float')
    output.float(value)
  },
  double: (value, output) => {
    if (typeof value !== 'number') throw new AvroMismatch(value, 'double')
    output.double(value)
  },
  bytes: (value, output) => {
    if (!(value instanceof Uint8Array)) throw new AvroMismatch(value, 'bytes (Uint8Array)')
    output.bytes(value)
  },
  string: (value, output) => writeString(value, output),
} satisfies Record<string, AvroWriter>

function writeString(value: unknown, output: AvroOutput): void {
  if (typeof value !== 'string') throw new AvroMismatch(value, 'string')
  if (!value.isWellFormed()) throw new AvroMismatch('text with half a surrogate pair', 'string')
  output.string(value)
}
