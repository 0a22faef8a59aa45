import type { AvroInput } from './avro-input.ts'
import type { AvroType } from './avro-type.ts'
import { blockLimit, readBlocks } from './read-blocks.ts'

/** Skips the bytes of a value. Readers skip fields that their schema does not have. */
export function skipValue(type: AvroType, input: AvroInput): void {
  switch (type.kind) {
    case 'null':
      return
    case 'boolean':
      return input.skip(1)
    case 'int':
    case 'long':
    case 'enum':
      return input.skipVarint()
    case 'float':
      return input.skip(4)
    case 'double':
      return input.skip(8)
    case 'bytes':
    case 'string':
      return input.skip(input.size())
    case 'fixed':
      return input.skip(type.size)
    case 'record':
      for (const field of type.fields) skipValue(field.type, input)
      return
    case 'array':
      return readBlocks(input, blockLimit(type.items), () => skipValue(type.items, input))
    case 'map':
      return readBlocks(input, blockLimit(type.values), () => {
        input.skip(input.size())
        skipValue(type.values, input)
      })
    case 'union':
      return skipValue(readBranch(input, type.branches), input)
  }
}

/** Reads the index of a union's branch, and returns that branch. */
export function readBranch<T>(input: AvroInput, branches: readonly T[]): T {
  const index = input.long()
  const branch = branches[index]
  if (branch === undefined) throw new RangeError(`the branch of a union is ${index}, of ${branches.length}`)
  return branch
}
