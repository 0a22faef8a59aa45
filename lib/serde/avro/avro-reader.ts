import type { AvroInput } from './avro-input.ts'
import type { AvroField, AvroType, EnumType, PrimitiveType, RecordType, UnionType } from './avro-type.ts'
import { branchName, describeType } from './avro-type.ts'
import { markBranch } from './branch-marks.ts'
import { needsMarks } from './choose-branch.ts'
import { defaultValue } from './default-value.ts'
import type { LogicalType } from './logical-type.ts'
import { readsBigint } from './logical-type.ts'
import { blockLimit, readBlocks } from './read-blocks.ts'
import { setMember } from './set-member.ts'
import { readBranch, skipValue } from './skip-value.ts'

/** Reads a value that was written with the writer's schema, as a value of the reader's schema. */
export type AvroReader = (input: AvroInput) => unknown

/** The writer's type, or a part of it that a record has, does not resolve to the reader's type. */
export class UnresolvedError extends Error {}

/**
 * Makes the function that reads bytes of the type `writer` as values of the type `reader`, by Avro's rules of schema resolution.
 *
 * If a part of the type does not resolve (a branch of a union, a symbol, the items of a list), only reading records that have this
 * part throws an `UnresolvedError`. A writer's schema may have such parts without using them.
 */
export function makeReader(writer: AvroType, reader: AvroType): AvroReader {
  return new ReaderMaker().readerOf(writer, reader)
}

class ReaderMaker {
  readonly #records = new Map<RecordType, Map<RecordType, AvroReader>>()

  readerOf(writer: AvroType, reader: AvroType): AvroReader {
    if (writer.kind === 'union') return this.#fromUnion(writer, reader)
    if (reader.kind === 'union') return this.#intoUnion(writer, reader)
    const [from, to] = [logicalOf(writer), logicalOf(reader)]
    const refusal = to?.refuses(from)
    if (refusal !== undefined) return unresolved(refusal)
    const read = this.#rawReader(writer, reader)
    return to === undefined || read === undefined ? (read ?? differ(writer, reader)) : (input) => to.fromRaw(read(input) as never)
  }

  #fromUnion(writer: UnionType, reader: AvroType): AvroReader {
    const readers = writer.branches.map((branch) => this.readerOf(branch, reader))
    return (input) => readBranch(input, readers)(input)
  }

  #intoUnion(writer: AvroType, reader: UnionType): AvroReader {
    const branch = bestBranch(writer, reader)
    if (branch === undefined) return differ(writer, reader)
    const read = this.readerOf(writer, branch)
    const marks = needsMarks(reader) && (branch.kind === 'record' || branch.kind === 'map')
    return marks ? (input) => markBranch(read(input) as object, branchName(branch)) : read
  }

  #rawReader(writer: AvroType, reader: AvroType): AvroReader | undefined {
    switch (reader.kind) {
      case 'record':
        return writer.kind === 'record' && sharesName(writer, reader) ? this.#recordReader(writer, reader) : undefined
      case 'enum':
        return writer.kind === 'enum' && sharesName(writer, reader) ? enumReader(writer, reader) : undefined
      case 'fixed':
        if (writer.kind !== 'fixed' || !sharesName(writer, reader) || writer.size !== reader.size) return undefined
        return (input) => input.fixed(reader.size)
      case 'array':
        return writer.kind === 'array' ? this.#arrayReader(writer.items, reader.items) : undefined
      case 'map':
        return writer.kind === 'map' ? this.#mapReader(writer.values, reader.values) : undefined
      case 'union':
        return undefined
      default:
        return primitiveReader(writer.kind, reader)
    }
  }

  #arrayReader(written: AvroType, read: AvroType): AvroReader {
    const readItem = this.readerOf(written, read)
    const limit = blockLimit(written)
    return (input) => {
      const items: unknown[] = []
      readBlocks(input, limit, () => items.push(readItem(input)))
      return items
    }
  }

  #mapReader(written: AvroType, read: AvroType): AvroReader {
    const readValue = this.readerOf(written, read)
    const limit = blockLimit(written)
    return (input) => {
      const map = {}
      readBlocks(input, limit, () => setMember(map, input.string(), readValue(input)))
      return map
    }
  }

  #recordReader(writer: RecordType, reader: RecordType): AvroReader {
    const known = this.#records.get(writer)?.get(reader)
    if (known !== undefined) return known
    // The reader is in the map before its parts are made, because a record may contain itself.
    const parts: RecordPart[] = []
    const read = recordReader(templateOf(reader), parts)
    this.#records.set(writer, (this.#records.get(writer) ?? new Map<RecordType, AvroReader>()).set(reader, read))
    // The written fields come first, in the order of the bytes. The fields that only the reader has follow.
    for (const field of writer.fields) parts.push(this.#writtenPart(field, reader))
    for (const field of reader.fields)
      if (!writer.fields.some((written) => isSameField(written, field))) parts.push(missingPart(field, reader))
    return read
  }

  #writtenPart(field: AvroField, { fields }: RecordType): RecordPart {
    const target = fields.find((each) => isSameField(field, each))
    if (target === undefined) return { name: field.name, target: undefined, read: (input) => skipValue(field.type, input) }
    return { name: field.name, target: target.name, read: this.readerOf(field.type, target.type) }
  }
}

interface RecordPart {
  /** The name of the field in messages. */
  readonly name: string
  /** The member of the object that gets the value. Undefined if the reader has no such field. */
  readonly target: string | undefined
  readonly read: AvroReader
}

function recordReader(template: object, parts: readonly RecordPart[]): AvroReader {
  return (input) => {
    // A copy of the template has all members in their order, so that all objects have one shape.
    const record = { ...template } as Record<string, unknown>
    let index = 0
    try {
      for (; index < parts.length; index++) {
        const { target, read } = parts[index]!
        const value = read(input)
        if (target !== undefined) record[target] = value
      }
      return record
    } catch (error) {
      if (error instanceof Error) error.message = `${parts[index]!.name}: ${error.message}`
      throw error
    }
  }
}

function templateOf({ fields }: RecordType): object {
  const template = {}
  for (const { name } of fields) setMember(template, name, undefined)
  return template
}

/** Whether a written field is the reader's field: by its name, or by one of the reader's aliases. */
function isSameField(written: AvroField, read: AvroField): boolean {
  return written.name === read.name || read.aliases.includes(written.name)
}

/**
 * Makes the part of a field that only the reader has. Each record gets its own copy of the default, because users may change it
 * in place.
 */
function missingPart({ name, type, default: json }: AvroField, record: RecordType): RecordPart {
  const read =
    json === undefined
      ? unresolved(`the writer has no such field, and ${record.name} has no default for it`)
      : () => defaultValue(type, json)
  return { name, target: name, read }
}

function enumReader(writer: EnumType, reader: EnumType): AvroReader {
  const symbols = writer.symbols.map((symbol) => (reader.symbols.includes(symbol) ? symbol : reader.default))
  return (input) => {
    const index = input.long()
    const symbol = symbols[index]
    if (symbol !== undefined) return symbol
    if (index < 0 || index >= symbols.length) throw new RangeError(`a symbol is ${index}, of ${symbols.length}`)
    throw new UnresolvedError(`${writer.symbols[index]} is no symbol of ${describeType(reader)}`)
  }
}

/**
 * Returns the reader of a primitive type. Undefined if Avro does not promote the writer's type: it promotes integers to wider
 * numbers, float to double, and text to bytes and back.
 */
function primitiveReader(writer: AvroType['kind'], reader: PrimitiveType): AvroReader | undefined {
  const { kind } = reader
  const isInteger = writer === 'int' || writer === 'long'
  if (kind === 'long' && isInteger) return readsBigint(reader) ? (input) => input.bigLong() : readers.long
  if ((kind === 'float' || kind === 'double') && isInteger)
    return kind === 'float' ? (input) => Math.fround(input.long()) : readers.long
  if (kind === 'double' && writer === 'float') return readers.float
  if (kind === 'string' && writer === 'bytes') return readers.string
  if (kind === 'bytes' && writer === 'string') return readers.bytes
  return writer === kind ? readers[kind] : undefined
}

const readers = {
  null: () => null,
  boolean: (input) => input.boolean(),
  int: (input) => input.int(),
  long: (input) => input.long(),
  float: (input) => input.float(),
  double: (input) => input.double(),
  bytes: (input) => input.bytes(),
  string: (input) => input.string(),
} satisfies Record<PrimitiveType['kind'], AvroReader>

/** Returns the branch of a reader's union for a writer's type: the branch of the same type, else the first that resolves. */
function bestBranch(writer: AvroType, { branches }: UnionType): AvroType | undefined {
  return (
    branches.find((branch) => branchName(branch) === branchName(writer) && takes(writer, branch)) ??
    branches.find((branch) => takes(writer, branch))
  )
}

function takes(writer: AvroType, reader: AvroType): boolean {
  if (logicalOf(reader)?.refuses(logicalOf(writer)) !== undefined) return false
  if ('name' in reader) return reader.kind === writer.kind && sharesName(writer as typeof reader, reader)
  if (reader.kind === 'array' || reader.kind === 'map') return writer.kind === reader.kind
  return reader.kind !== 'union' && primitiveReader(writer.kind, reader) !== undefined
}

/** Whether names match: without their namespaces, as in Avro since 1.9, or by one of the reader's aliases. */
function sharesName(
  writer: { readonly name: string },
  reader: { readonly name: string; readonly aliases: readonly string[] },
): boolean {
  return unqualified(writer.name) === unqualified(reader.name) || reader.aliases.includes(writer.name)
}

function unqualified(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1)
}

function logicalOf(type: AvroType): LogicalType | undefined {
  return 'logical' in type ? type.logical : undefined
}

function differ(writer: AvroType, reader: AvroType): AvroReader {
  return unresolved(`${describeType(writer)} is not read as ${describeType(reader)}`)
}

function unresolved(reason: string): () => never {
  return () => {
    throw new UnresolvedError(reason)
  }
}
