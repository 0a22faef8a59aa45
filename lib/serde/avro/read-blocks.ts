import type { AvroInput } from './avro-input.ts'
import type { AvroType } from './avro-type.ts'

/**
 * The most items of a block whose items have no bytes, such as nulls. It limits the time and memory that hostile bytes can cost.
 */
const emptyItemsMax = 1 << 20

/** Returns the most items that a block may have: no more than there are bytes left. */
export type BlockLimit = (input: AvroInput) => number

/** Makes the limit for blocks of items of a type. */
export function blockLimit(item: AvroType): BlockLimit {
  return takesBytes(item) ? (input) => input.left : () => emptyItemsMax
}

/**
 * Reads the items of an array or a map. They come in blocks, each a count and its items, and end with a count of 0. After a
 * negative count follows the size of the block in bytes.
 */
export function readBlocks(input: AvroInput, limit: BlockLimit, readItem: () => void): void {
  for (let count = input.long(); count !== 0; count = input.long()) {
    if (count < 0) input.skipVarint()
    const items = Math.abs(count)
    if (items > limit(input)) throw new RangeError(`a block of ${items} items is announced, ${input.left} bytes are there`)
    for (let index = 0; index < items; index++) readItem()
  }
}

/**
 * Whether each value of the type has at least one byte. `above` has the enclosing records. A record that directly contains itself
 * has no finite value, so the answer for it does not matter.
 */
function takesBytes(type: AvroType, above: readonly AvroType[] = []): boolean {
  if (type.kind === 'null') return false
  if (type.kind === 'fixed') return type.size > 0
  if (type.kind !== 'record' || above.includes(type)) return true
  return type.fields.some((field) => takesBytes(field.type, [...above, type]))
}
